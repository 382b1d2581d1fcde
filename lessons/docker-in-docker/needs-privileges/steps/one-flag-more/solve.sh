#!/bin/sh
# The image once more, with the one flag that the first step lacked.
set -eu

works() {
  inner=$(docker exec dind-test docker info -f '{{.ID}}' 2>/dev/null) || return 1
  [ -n "$inner" ] && [ "$inner" != "$(docker info -f '{{.ID}}')" ]
}

works || {
  docker rm -fv dind-test 2>/dev/null || true
  docker run -itd --name dind-test --privileged docker:dind
}
tries=0
until works; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { docker logs --tail 5 dind-test >&2; exit 1; }
  sleep 0.5
done
docker exec dind-test docker ps
