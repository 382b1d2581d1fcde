#!/bin/sh
# The engine remembers how victim was started.
set -eu
docker exec docker0 docker inspect -f '{{index .Config.Env 0}}' victim | cut -d = -f 2 > /lab/a/secret
cat /lab/a/secret
