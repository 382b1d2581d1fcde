#!/bin/sh
set -eu
docker rm -fv packed >/dev/null 2>&1
dind dind-test docker:dind
