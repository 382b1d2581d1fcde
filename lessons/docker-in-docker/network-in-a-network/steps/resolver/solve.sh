#!/bin/sh
# Tell the inner engine which name server its containers get.
set -eu
docker rm -fv resolve
docker run -d --name resolve --privileged --network outer-net docker:dind --dns 172.17.0.1
until docker exec resolve docker ps >/dev/null 2>&1; do sleep 1; done
docker save alpine | docker exec -i resolve docker load
docker exec resolve docker run -d --name child alpine sleep 9999
