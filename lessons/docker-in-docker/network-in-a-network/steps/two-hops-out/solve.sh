#!/bin/sh
# A port published at each level: 18080 to outer's 8080, and there 8080 to web's 80.
set -eu
docker rm -fv outer 2>/dev/null
docker run -d --name outer --privileged -p 18080:8080 docker:dind
until docker exec outer docker ps >/dev/null 2>&1; do sleep 1; done
docker save alpine | docker exec -i outer docker load
docker exec outer docker run -d --name web -p 8080:80 alpine sh -c 'hostname > /tmp/index.html; httpd -f -p 80 -h /tmp'
until curl -sf http://127.0.0.1:18080/; do sleep 1; done
