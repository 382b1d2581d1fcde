#!/bin/sh
# Each engine takes memory; those of the step before are not needed any more.
set -eu
docker rm -fv forced plain >/dev/null 2>&1
dind slow docker:dind --data-root /opt/dr
