#!/bin/sh
# Start box and ask the engine which process it is.
set -eu
docker rm -f box 2>/dev/null
docker run -d --name box alpine sleep 3600
docker inspect -f '{{.State.Pid}}' box > /lab/a/pid
grep -E "^(Name|NSpid)" "/proc/$(cat /lab/a/pid)/status"
