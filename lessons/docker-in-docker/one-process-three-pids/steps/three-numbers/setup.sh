#!/bin/sh
# container3 (sleep 4321) running in dind-test, from an empty lab or from what the step before left.
set -eu

works() {
  inner=$(docker exec dind-test docker info -f '{{.ID}}' 2>/dev/null) || return 1
  [ -n "$inner" ] && [ "$inner" != "$(docker info -f '{{.ID}}')" ]
}
fresh() {
  docker rm -fv dind-test >/dev/null 2>&1 || true
  docker run -itd --name dind-test --privileged docker:dind >/dev/null
}
nested() { docker exec dind-test docker "$@"; }

if ! works; then
  [ "$(docker inspect -f '{{.State.Running}}' dind-test 2>/dev/null)" = true ] || fresh
  tries=0
  until works; do
    tries=$((tries + 1))
    # A container of that name without an engine of its own never becomes one.
    [ "$tries" -ne 40 ] || fresh
    [ "$tries" -lt 90 ] || { docker logs --tail 5 dind-test >&2; exit 3; }
    sleep 0.5
  done
fi
nested image inspect alpine >/dev/null 2>&1 || docker save alpine | docker exec -i dind-test docker load >/dev/null
state=$(nested inspect -f '{{.State.Running}} {{join .Config.Cmd " "}}' container3 2>/dev/null || true)
if [ "$state" != 'true sleep 4321' ]; then
  nested rm -f container3 >/dev/null 2>&1 || true
  nested run -d --name container3 alpine sleep 4321 >/dev/null
fi
mkdir -p /lab/a
