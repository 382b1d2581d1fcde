#!/bin/sh
# A data root on a volume, with an image by which it can be known again.
set -eu
dind stuck -v stuck-data:/var/lib/docker docker:dind
carry alpine stuck
docker exec stuck docker tag alpine keepme:1
