#!/bin/sh
# The API's create pulls nothing.
set -eu
docker image inspect alpine >/dev/null 2>&1 || docker pull alpine
