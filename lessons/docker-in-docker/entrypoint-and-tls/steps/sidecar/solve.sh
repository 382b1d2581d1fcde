#!/bin/sh
# A network of their own, the engine with two volumes for its certificates, and the job with one of these.
set -eu
docker rm -fv job some-docker 2>/dev/null
docker network inspect some-network >/dev/null 2>&1 || docker network create some-network
docker run -d --name some-docker --privileged --network some-network --network-alias docker \
  -v certs-ca:/certs/ca -v certs-client:/certs/client docker:dind
docker run -d --name job --network some-network -v certs-client:/certs/client:ro docker:cli sleep 9999
until docker exec job docker-entrypoint.sh docker ps; do sleep 1; done
