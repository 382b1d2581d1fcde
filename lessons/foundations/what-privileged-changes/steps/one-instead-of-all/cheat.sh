#!/bin/sh
# The sledgehammer.
set -eu
docker run -d --name box-c --privileged alpine sleep 3600
docker exec box-c ip addr add 10.99.0.1/32 dev eth0
