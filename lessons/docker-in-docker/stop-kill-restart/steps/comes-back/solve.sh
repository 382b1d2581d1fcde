#!/bin/sh
# The same data root, but /run on a tmpfs: nothing in it survives the end of the container. Then the proof.
set -eu
docker rm -f stuck
docker run -d --name stuck --privileged --tmpfs /run -v stuck-data:/var/lib/docker docker:dind
until docker exec stuck docker images 2>/dev/null; do sleep 1; done
docker kill -s KILL stuck
docker start stuck
until docker exec stuck docker images 2>/dev/null; do sleep 1; done
