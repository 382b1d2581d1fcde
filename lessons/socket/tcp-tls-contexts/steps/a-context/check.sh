#!/bin/sh
# The context d2 leads over TCP to the host's engine.
set -u
require_host

export DOCKER_CONFIG="$files"
unset DOCKER_HOST DOCKER_CONTEXT
address=$(timeout 3 docker context inspect -f '{{.Endpoints.docker.Host}}' d2 2>/dev/null) || not_yet no-context
case $address in
  tcp://*) ;;
  *) not_yet not-tcp address="$(value "$address")" ;;
esac
id=$(timeout 4 docker --context d2 info -f '{{.ID}}' 2>/dev/null)
[ -n "$id" ] || not_yet no-answer address="$(value "$address")"
[ "$id" = "$engine" ] || not_yet other-engine id="$(value "$id")"
passed address="$(value "$address")"
