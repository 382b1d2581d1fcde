#!/bin/sh
# A context keeps address and certificates under one name.
set -eu
docker context rm -f d2 2>/dev/null
docker context create d2 --docker host=tcp://127.0.0.1:2376,ca=/root/.docker/ca.pem,cert=/root/.docker/cert.pem,key=/root/.docker/key.pem
docker --context d2 version
