#!/bin/sh
# The article's command; then ask systemd until it says "running".
set -eu
docker rm -fv virtualvm1 2>/dev/null
docker run -itd --name virtualvm1 --privileged -p 20022:22 \
  registry.cn-hangzhou.aliyuncs.com/google_containers/kicbase:v0.0.32
until docker exec virtualvm1 systemctl is-system-running; do sleep 1; done
