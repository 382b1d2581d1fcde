#!/bin/sh
# The machine once more: /var in a volume, /tmp and /run in memory, the port on this host only.
set -eu
docker rm -fv virtualvm1 2>/dev/null
docker run -itd --name virtualvm1 --privileged \
  --tmpfs /tmp --tmpfs /run -v vm1:/var -p 127.0.0.1:20022:22 \
  registry.cn-hangzhou.aliyuncs.com/google_containers/kicbase:v0.0.32
until docker exec virtualvm1 systemctl is-system-running; do sleep 1; done
docker exec virtualvm1 docker info -f '{{.Driver}}'
docker port virtualvm1
