#!/bin/sh
# Give the container's cgroup to its root, then use the engine inside.
set -eu
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  chown -R 165536:165536 "/sys/fs/cgroup/docker/$(docker inspect -f '{{.Id}}' ud)"
  docker exec ud docker ps || docker exec -d ud dockerd-entrypoint.sh
  until docker exec ud docker ps; do sleep 1; done
else
  chown -R 165536:165536 /sys/fs/cgroup/*/docker/"$(docker inspect -f '{{.Id}}' ud)"
fi
docker save alpine | docker exec -i ud docker load
docker exec ud docker rm -f deep 2>/dev/null
docker exec ud docker run -d --name deep alpine sleep 4321
grep -e Uid -e NSpid "/proc/$(pgrep -fx 'sleep 4321')/status"
