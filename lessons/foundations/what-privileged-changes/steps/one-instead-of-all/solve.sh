#!/bin/sh
# A container with one capability more than usual, and the address that needs it.
set -eu
docker rm -f box-c 2>/dev/null
docker run -d --name box-c --cap-add NET_ADMIN alpine sleep 3600
docker exec box-c ip addr add 10.99.0.1/32 dev eth0
docker exec box-c ip addr show eth0
