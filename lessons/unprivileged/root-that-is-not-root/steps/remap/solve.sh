#!/bin/sh
# Let the engine map users, then start a container.
set -eu
jq '."userns-remap" = "default"' /etc/docker/daemon.json > /tmp/daemon.json
cp /tmp/daemon.json /etc/docker/daemon.json
service docker restart
docker rm -f mapped 2>/dev/null
docker run -d --name mapped alpine sleep 4321
docker exec mapped cat /proc/self/uid_map
grep Uid "/proc/$(pgrep -fx 'sleep 4321')/status"
