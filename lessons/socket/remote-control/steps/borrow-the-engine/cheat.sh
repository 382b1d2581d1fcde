#!/bin/sh
# docker0 without the mount: right name, right image, no engine.
set -eu
docker run -d --name docker0 docker sleep infinity
