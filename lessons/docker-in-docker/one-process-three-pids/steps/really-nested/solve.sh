#!/bin/sh
# Carry the image in, then start the container through the inner engine.
set -eu
docker rm -f container3 2>/dev/null
docker save alpine | docker exec -i dind-test docker load
docker exec dind-test docker rm -f container3 2>/dev/null
docker exec dind-test docker run -d --name container3 alpine sleep 4321
docker ps
docker exec dind-test docker ps
