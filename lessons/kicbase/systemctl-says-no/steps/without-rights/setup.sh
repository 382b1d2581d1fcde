#!/bin/sh
# The step starts both containers itself.
set -eu
docker rm -fv sd sd-console >/dev/null 2>&1
