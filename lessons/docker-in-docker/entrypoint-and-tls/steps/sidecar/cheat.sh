#!/bin/sh
# It answers, but to everybody: TLS is switched off.
set -eu
docker network create some-network
dind some-docker --network some-network --network-alias docker -e DOCKER_TLS_CERTDIR= docker:dind
docker run -d --name job --network some-network -e DOCKER_HOST=tcp://docker:2375 docker:cli sleep 9999
docker exec job docker ps
