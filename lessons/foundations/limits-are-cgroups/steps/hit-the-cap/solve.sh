#!/bin/sh
# A limit, a child that asks for more, and a first process that stays.
set -eu
docker rm -f capped 2>/dev/null
docker run -d --name capped --memory 64m alpine sh -c 'tail -c 200m /dev/zero | wc -c; exec sleep 3600'
until docker logs capped 2>/dev/null | grep -q 0; do sleep 1; done
docker logs capped
