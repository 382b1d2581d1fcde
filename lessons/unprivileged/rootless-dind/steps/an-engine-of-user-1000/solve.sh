#!/bin/sh
# Start the rootless image without --privileged and wait for its engine. The official image needs --privileged instead
# of the other options.
set -eu
docker rm -fv rl 2>/dev/null
docker run -d --name rl --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
  --security-opt systempaths=unconfined --device /dev/net/tun docker:dind-rootless
until docker exec rl docker-entrypoint.sh docker ps; do sleep 1; done
docker exec rl docker-entrypoint.sh docker info -f '{{.SecurityOptions}}'
