#!/bin/sh
# Start the rootless image without --privileged and wait for its engine. The official image needs --privileged instead
# of the other options.
set -eu
docker rm -fv rl 2>/dev/null
docker run -d --name rl --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
  --security-opt systempaths=unconfined --device /dev/net/tun docker:dind-rootless
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  if docker exec rl docker-entrypoint.sh docker info -f '{{.SecurityOptions}}'; then break; fi
  sleep 1
done
