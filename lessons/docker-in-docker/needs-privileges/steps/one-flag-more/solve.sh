#!/bin/sh
# The seed's command with the one flag that the first step lacked.
set -eu
docker inspect dind-test >/dev/null 2>&1 || docker run -itd --name dind-test --privileged docker:dind
tries=0
until docker exec dind-test docker info -f '{{.ID}}' 2>/dev/null | grep -q .; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { docker logs --tail 5 dind-test >&2; exit 1; }
  sleep 0.5
done
docker exec dind-test docker ps
