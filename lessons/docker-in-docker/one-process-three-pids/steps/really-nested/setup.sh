#!/bin/sh
# dind-test with a working engine of its own, whatever the lab looks like. One that the learner made is kept.
set -eu
host=$(docker info -f '{{.ID}}')

fresh() {
  docker rm -fv dind-test >/dev/null 2>&1 || true
  docker run -itd --name dind-test --privileged docker:dind >/dev/null || true # tried again below
}
engine() { docker exec dind-test docker info -f '{{.ID}}' 2>/dev/null || true; }

[ "$(docker inspect -f '{{.State.Status}}' dind-test 2>/dev/null)" = running ] || fresh
tries=0
while :; do
  case $(engine) in
    "$host") fresh ;; # the host's socket in disguise
    ?*) break ;;
  esac
  tries=$((tries + 1))
  # What has no engine after ten seconds never gets one.
  [ "$tries" -ne 20 ] || fresh
  [ "$tries" -lt 80 ] || { docker logs --tail 5 dind-test >&2; exit 3; }
  sleep 0.5
done
