#!/bin/sh
# Fill the named volume, remove its container, and start another one on it.
set -eu
docker rm -fv dind-test 2>/dev/null
docker run -itd --name dind-test --privileged -v dind-cache:/var/lib/docker docker:dind
until docker exec dind-test docker images 2>/dev/null; do sleep 1; done
docker save alpine | docker exec -i dind-test docker load

docker rm -fv dind-test
docker run -itd --name dind-test --privileged -v dind-cache:/var/lib/docker docker:dind
until docker exec dind-test docker images 2>/dev/null; do sleep 1; done
