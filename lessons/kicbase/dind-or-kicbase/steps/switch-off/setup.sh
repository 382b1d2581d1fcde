#!/bin/sh
set -eu
dind dind-test docker:dind
machine virtualvm1 -v vm1:/var
docker rm -fv deaf >/dev/null 2>&1
