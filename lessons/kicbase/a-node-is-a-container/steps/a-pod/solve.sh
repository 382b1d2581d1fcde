#!/bin/sh
# The image goes into node2, its engine starts the pod, and node1 asks for the page.
set -eu
docker rm -f pod 2>/dev/null
docker save alpine | docker exec -i node2 docker load
docker exec node2 docker rm -f pod 2>/dev/null
docker exec node2 docker run -d --name pod --network host alpine httpd -f -p 8080 -h /etc
until docker exec node1 curl -s http://node2:8080/hostname; do sleep 1; done
