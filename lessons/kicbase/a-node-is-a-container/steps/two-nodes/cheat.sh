#!/bin/sh
# Two containers of these names are no nodes.
set -eu
docker network create kube
for n in node1 node2; do docker run -d --name $n --hostname $n --network kube alpine sleep 3600; done
