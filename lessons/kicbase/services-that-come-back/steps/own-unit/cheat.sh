#!/bin/sh
# A loop in the background says hello too, until somebody kills it.
set -eu
docker exec -d virtualvm1 sh -c 'while echo hello; do sleep 5; done'
