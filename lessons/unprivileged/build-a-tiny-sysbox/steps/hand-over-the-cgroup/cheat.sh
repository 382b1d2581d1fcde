#!/bin/sh
# Open to everybody instead of handed over.
set -eu
id=$(docker inspect -f '{{.Id}}' ud)
# shellcheck disable=SC2046 # a list
chmod -R a+rwX $(groups_of "$id")
docker exec ud docker run -d --name deep alpine sleep 4321
