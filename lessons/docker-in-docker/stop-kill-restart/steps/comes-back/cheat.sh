#!/bin/sh
# It comes back from every kill, and has lost everything: the volume is a new one.
set -eu
docker rm -fv stuck
dind stuck --tmpfs /run -v fresh-data:/var/lib/docker docker:dind
docker kill -s KILL stuck
docker start stuck
wait_until 20 is_nested stuck
