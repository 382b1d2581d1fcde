#!/bin/sh
# Back after the restart, but by hand: the next one ends it again.
set -eu
docker exec virtualvm1 systemctl disable hello
docker restart virtualvm1
machine virtualvm1
docker exec virtualvm1 systemctl start hello
