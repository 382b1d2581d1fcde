#!/bin/sh
# Published ports open on the host; from a container the host is the default gateway.
set -eu
docker rm -f web 2>/dev/null
docker exec docker0 docker run -d --name web -p 8080:80 alpine httpd -f -p 80 -h /etc
gateway=$(docker exec docker0 ip route | awk '/default/ {print $3}')
docker exec docker0 curl -s --retry 5 --retry-connrefused "$gateway:8080/hostname" > /lab/a/page
cat /lab/a/page
