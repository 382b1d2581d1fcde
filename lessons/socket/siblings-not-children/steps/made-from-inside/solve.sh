#!/bin/sh
# The shell in docker0 fills in its own host name; the engine that it asks is the host's.
set -eu
docker rm -f container3 2>/dev/null
# shellcheck disable=SC2016
docker exec docker0 sh -c 'docker run -d --name container3 --label made-in=$(hostname) alpine sleep 3600'
docker ps
