#!/bin/sh
# dind-test with a working engine of its own, whatever the lab looks like. One that the learner made is kept.
set -eu

works() {
  inner=$(docker exec dind-test docker info -f '{{.ID}}' 2>/dev/null) || return 1
  [ -n "$inner" ] && [ "$inner" != "$(docker info -f '{{.ID}}')" ]
}

works && exit 0
if [ "$(docker inspect -f '{{.State.Running}}' dind-test 2>/dev/null)" != true ]; then
  docker rm -fv dind-test >/dev/null 2>&1 || true
  docker run -itd --name dind-test --privileged docker:dind >/dev/null
fi
tries=0
until works; do
  tries=$((tries + 1))
  # A container of that name without an engine of its own never becomes one.
  if [ "$tries" -eq 40 ]; then
    docker rm -fv dind-test >/dev/null
    docker run -itd --name dind-test --privileged docker:dind >/dev/null
  fi
  [ "$tries" -lt 90 ] || { docker logs --tail 5 dind-test >&2; exit 3; }
  sleep 0.5
done
