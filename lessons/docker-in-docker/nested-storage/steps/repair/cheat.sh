#!/bin/sh
# The right driver in the wrong place: without --data-root the image's own volume is used.
set -eu
docker rm -fv slow
dind slow docker:dind
