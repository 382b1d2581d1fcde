#!/bin/sh
# Tell the nested engine by which address it reaches the host's registry mirror.
set -eu
docker rm -fv puller 2>/dev/null
docker run -d --name puller --privileged docker:dind --registry-mirror http://172.17.0.1:5000
until docker exec puller docker images 2>/dev/null; do sleep 1; done
docker exec puller docker pull alpine
