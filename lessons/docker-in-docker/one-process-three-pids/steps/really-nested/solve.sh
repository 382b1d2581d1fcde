#!/bin/sh
# Carry the image in, then start the container through the inner engine.
set -eu
docker rm -f container3 2>/dev/null || true # one on the host is not nested
docker exec dind-test docker image inspect alpine >/dev/null 2>&1 ||
  docker save alpine | docker exec -i dind-test docker load
docker exec dind-test docker start container3 2>/dev/null ||
  docker exec dind-test docker run -d --name container3 alpine sleep 4321
docker ps
docker exec dind-test docker ps
