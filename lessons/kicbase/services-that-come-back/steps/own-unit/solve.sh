#!/bin/sh
# Write the unit, start it now and at every boot, then kill its process and let systemd start it again.
set -eu
docker exec -i virtualvm1 sh -c 'cat > /etc/systemd/system/hello.service' <<'UNIT'
[Unit]
Description=Says hello every five seconds

[Service]
ExecStart=/bin/sh -c 'while echo hello; do sleep 5; done'
Restart=always

[Install]
WantedBy=multi-user.target
UNIT
docker exec virtualvm1 systemctl enable --now hello
docker exec virtualvm1 sh -c 'kill -9 $(systemctl show -P MainPID hello)'
sleep 1
until docker exec virtualvm1 systemctl is-active hello; do sleep 1; done
docker exec virtualvm1 systemctl show -p MainPID,NRestarts,ActiveState hello
