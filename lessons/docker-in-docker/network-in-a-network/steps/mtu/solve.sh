#!/bin/sh
# One option for the default bridge, one for all networks made later.
set -eu
docker rm -fv narrow
docker run -d --name narrow --privileged --network narrow-net docker:dind \
  --mtu 1400 --default-network-opt bridge=com.docker.network.driver.mtu=1400
until docker exec narrow docker ps >/dev/null 2>&1; do sleep 1; done
docker save alpine | docker exec -i narrow docker load
docker exec narrow docker run -d --name one alpine sleep 9999
docker exec narrow docker network create inner-net
docker exec narrow docker run -d --name two --network inner-net alpine sleep 9999
