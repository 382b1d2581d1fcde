#!/bin/sh
# The article's command; then wait for the engine.
set -eu
docker rm -fv sysbox-dind 2>/dev/null
docker run -itd --runtime=sysbox-runc --name sysbox-dind docker:dind
until docker exec sysbox-dind docker ps; do sleep 1; done
docker exec sysbox-dind cat /proc/self/uid_map
