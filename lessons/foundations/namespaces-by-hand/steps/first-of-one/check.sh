#!/bin/sh
# F2: some sleep 777 has exactly two numbers in NSpid and does not live in a container's cgroup.
set -u
require_host
if pid=$(handmade); then passed pid="$pid"; fi
pid=$(pgrep -fx 'sleep 777' | tail -n 1)
[ -n "$pid" ] || not_yet no-sleep
! in_container "$pid" || not_yet in-docker pid="$pid"
[ "$(numbers "$pid")" != 1 ] || not_yet one-number pid="$pid"
not_yet too-deep pid="$pid"
