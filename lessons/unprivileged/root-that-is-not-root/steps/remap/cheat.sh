#!/bin/sh
# Another user instead of another namespace: the container's root stays the host's.
set -eu
docker run -d --name mapped --user 165536 alpine sleep 4321
