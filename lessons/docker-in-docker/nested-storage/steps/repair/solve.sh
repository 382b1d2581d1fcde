#!/bin/sh
# The same engine with its data root on a volume.
set -eu
docker rm -fv slow
docker run -d --name slow --privileged -v slowdr:/opt/dr docker:dind --data-root /opt/dr
until docker exec slow docker ps >/dev/null 2>&1; do sleep 1; done
docker exec slow docker info -f '{{.Driver}} {{.DockerRootDir}}'
