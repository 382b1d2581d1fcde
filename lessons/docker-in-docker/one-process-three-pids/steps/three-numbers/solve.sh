#!/bin/sh
# Read the kernel's own line and note its three numbers.
set -eu
awk '/^NSpid/ {print $2, $3, $4}' "/proc/$(pgrep -fx 'sleep 4321')/status" > /lab/a/pids
cat /lab/a/pids
