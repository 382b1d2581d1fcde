#!/bin/sh
set -eu
docker network inspect some-network >/dev/null 2>&1 || docker network create some-network >/dev/null
dind some-docker --network some-network --network-alias docker -v certs-ca:/certs/ca -v certs-client:/certs/client docker:dind
