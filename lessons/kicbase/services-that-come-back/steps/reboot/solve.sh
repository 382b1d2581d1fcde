#!/bin/sh
# Restart the machine, wait until it has booted, and look what came back.
set -eu
sleep 1
docker restart virtualvm1
until docker exec virtualvm1 systemctl is-system-running; do sleep 1; done
docker exec virtualvm1 systemctl show -p MainPID,NRestarts,ActiveState hello
