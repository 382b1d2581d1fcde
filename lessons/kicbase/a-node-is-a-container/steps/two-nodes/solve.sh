#!/bin/sh
# One network, two machines in it, and wait until both have booted.
set -eu
docker network inspect kube >/dev/null 2>&1 || docker network create kube
for n in node1 node2; do
  docker rm -fv $n 2>/dev/null
  docker run -d --name $n --hostname $n --network kube --privileged \
    --tmpfs /tmp --tmpfs /run -v $n:/var kicbase:v0.0.32
done
for n in node1 node2; do
  until docker exec $n systemctl is-system-running; do sleep 1; done
done
docker exec node1 getent hosts node2
