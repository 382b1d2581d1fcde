#!/bin/sh
# A second engine on the same volume, and the patience to see it give up.
set -eu
docker rm -f dind-two 2>/dev/null
docker run -d --name dind-two --privileged -v dind-cache:/var/lib/docker docker:dind
docker wait dind-two
docker logs --tail 3 dind-two
docker exec dind-test docker images
