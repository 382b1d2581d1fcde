#!/bin/sh
# container3 (sleep 4321) running in dind-test, from an empty lab or from what the step before left.
set -eu
host=$(docker info -f '{{.ID}}')

fresh() {
  docker rm -fv dind-test >/dev/null 2>&1 || true
  docker run -itd --name dind-test --privileged docker:dind >/dev/null || true # tried again below
}
engine() { docker exec dind-test docker info -f '{{.ID}}' 2>/dev/null || true; }
nested() { docker exec dind-test docker "$@"; }

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

nested image inspect alpine >/dev/null 2>&1 || docker save alpine | docker exec -i dind-test docker load >/dev/null
tries=0
until [ "$(nested inspect -f '{{.State.Status}} {{join .Config.Cmd " "}}' container3 2>/dev/null)" = 'running sleep 4321' ]; do
  # Seen once in 80 starts on a loaded machine: runc's init dies, "connection reset by peer".
  tries=$((tries + 1))
  [ "$tries" -le 3 ] || exit 3
  nested rm -f container3 >/dev/null 2>&1 || true
  nested run -d --name container3 alpine sleep 4321 >/dev/null || true
done
mkdir -p /lab/a
