#!/bin/sh
# The name of the container in which one is, without having asked anybody.
set -eu
docker run -d --name web -p 8080:80 alpine httpd -f -p 80 -h /etc
docker exec docker0 hostname > /lab/a/page
