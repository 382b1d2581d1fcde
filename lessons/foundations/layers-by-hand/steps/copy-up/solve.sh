#!/bin/sh
# Four folders, one mount, one change; what an earlier try has left is taken away first.
set -eu
if mountpoint -q /run/stack/merged; then umount /run/stack/merged; fi
rm -rf /run/stack
mkdir -p /run/stack/lower /run/stack/upper /run/stack/work /run/stack/merged
echo below > /run/stack/lower/f
mount -t overlay stack \
  -o lowerdir=/run/stack/lower,upperdir=/run/stack/upper,workdir=/run/stack/work /run/stack/merged
echo changed > /run/stack/merged/f
head /run/stack/lower/f /run/stack/upper/f
