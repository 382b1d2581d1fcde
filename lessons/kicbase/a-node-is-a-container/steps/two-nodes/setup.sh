#!/bin/sh
# The step begins without the nodes that it starts.
set -eu
docker image inspect kicbase:v0.0.32 >/dev/null
