#!/bin/sh
# The right image and name, but nothing in it has booted.
set -eu
docker rm -f virtualvm1 >/dev/null 2>&1
docker run -d --name virtualvm1 --privileged --entrypoint sleep kicbase:v0.0.32 3600
