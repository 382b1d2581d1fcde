#!/bin/sh
# Ask the kernel in both boxes; the larger mask belongs to the privileged one.
set -eu
for b in box-a box-b; do
  echo "$b $(docker exec "$b" awk '/CapEff/ {print $2}' /proc/self/status)"
done | sort -k 2 | tail -n 1 > /lab/a/box
cat /lab/a/box
