#!/bin/sh
# container3 on the host: same name, same command, one level too high.
set -eu
docker run -d --name container3 alpine sleep 4321
