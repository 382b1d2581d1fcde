#!/bin/sh
# Memory instead of a volume: the driver is right, and every image is gone with the next restart.
set -eu
docker rm -fv virtualvm1 >/dev/null 2>&1
machine virtualvm1 --tmpfs /var/lib/docker -p 127.0.0.1:20022:22
