#!/bin/sh
# The number that every container's first process has inside.
set -eu
docker run -d --name box alpine sleep 3600
echo 1 >/lab/a/pid
