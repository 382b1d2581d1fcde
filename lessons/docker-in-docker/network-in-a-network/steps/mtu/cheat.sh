#!/bin/sh
# The bridge's number is changed, which what hangs on it does not follow.
set -eu
docker exec narrow ip link set docker0 mtu 1400
run_in narrow one alpine sleep 9999
docker exec narrow docker network create inner-net
docker exec narrow docker run -d --name two --network inner-net alpine sleep 9999
