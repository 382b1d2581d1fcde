#!/bin/sh
# A web server one level too high: in outer itself.
set -eu
dind outer -p 18080:8080 docker:dind
docker exec -d outer sh -c 'mkdir -p /srv/www; hostname > /srv/www/index.html; busybox httpd -f -p 8080 -h /srv/www'
sleep 1
