#!/bin/sh
# Read the kernel's own line and note its three numbers.
set -eu
mkdir -p "${LAB_ANSWERS:-/lab/a}"
awk '/^NSpid/ { print $2, $3, $4 }' "/proc/$(pgrep -fx 'sleep 4321')/status" >"${LAB_ANSWERS:-/lab/a}/pids"
cat "${LAB_ANSWERS:-/lab/a}/pids"
