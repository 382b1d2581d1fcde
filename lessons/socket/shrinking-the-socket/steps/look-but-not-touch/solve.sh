#!/bin/sh
# What is not on the list is denied.
set -eu
cat > /root/filter.cfg <<'END'
defaults
  mode http
  timeout connect 5s
  timeout client 10m
  timeout server 10m
frontend filter
  bind 172.17.0.1:2375
  acl reads method GET HEAD
  acl known path_reg ^(/v[0-9.]+)?/(_ping|version|info|containers/json)$
  http-request deny unless reads known
  default_backend engine
backend engine
  server host unix@/var/run/docker.sock
END
# shellcheck disable=SC2046 # PIDs
haproxy -D -f /root/filter.cfg -sf $(pidof haproxy)
docker rm -f limited 2>/dev/null
docker run -d --name limited -e DOCKER_HOST=tcp://172.17.0.1:2375 docker sleep infinity
docker exec limited docker ps
