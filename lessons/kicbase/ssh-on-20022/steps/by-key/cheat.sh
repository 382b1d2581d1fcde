#!/bin/sh
# A login that is not one: the file by docker exec.
set -eu
machine virtualvm1 -p 127.0.0.1:20022:22
docker exec virtualvm1 sh -c 'echo 172.17.0.1 37670 172.17.0.2 22 >/root/connection'
