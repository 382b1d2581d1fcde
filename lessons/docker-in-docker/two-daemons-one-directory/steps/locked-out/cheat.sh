#!/bin/sh
# A container that mounts the volume and only says so.
set -eu
docker run -d --name dind-two -v dind-cache:/var/lib/docker alpine sh -c 'echo timeout waiting for containerd to start; exit 1'
docker wait dind-two
