#!/bin/sh
# Two requests: create, start.
set -eu
docker rm -f curled 2>/dev/null
curl -s --unix-socket /var/run/docker.sock -H 'Content-Type: application/json' \
  -d '{"Image":"alpine","Cmd":["sleep","600"],"Labels":{"via":"curl"}}' 'http://d/containers/create?name=curled'
curl -s -X POST --unix-socket /var/run/docker.sock http://d/containers/curled/start
docker ps
