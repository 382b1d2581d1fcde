#!/bin/sh
set -eu
remap
unprivileged
[ "$LAB_CGROUP" = v2 ] || carry alpine ud
