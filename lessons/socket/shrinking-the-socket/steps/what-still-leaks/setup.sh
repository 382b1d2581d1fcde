#!/bin/sh
# The proxy with its narrow list, as the step before made it, and somebody to spy on.
set -eu
cat >/root/filter.cfg <<'END'
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
[ "$(state_of victim)" = running ] || {
  docker rm -f victim >/dev/null 2>&1
  docker run -d --name victim -e DB_PASSWORD=correct-horse alpine sleep infinity >/dev/null
}
from limited ps >/dev/null || {
  docker rm -f limited >/dev/null 2>&1
  docker run -d --name limited -e DOCKER_HOST=tcp://172.17.0.1:2375 docker sleep infinity >/dev/null
}
