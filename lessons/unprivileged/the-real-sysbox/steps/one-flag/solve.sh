#!/bin/sh
# The article's command; then wait for the engine.
set -eu
docker rm -fv sysbox-dind 2>/dev/null
docker run -itd --runtime=sysbox-runc --name sysbox-dind docker:dind
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  if docker exec sysbox-dind docker ps; then break; fi
  sleep 1
done
docker exec sysbox-dind cat /proc/self/uid_map
