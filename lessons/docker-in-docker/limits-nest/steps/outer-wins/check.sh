#!/bin/sh
# D8: dind-lim may use 300 MiB, greedy in it was promised 2 GiB, and the kernel's counter of greedy's own group shows a
# kill.
set -u
require_host

state=$(state_of dind-lim)
[ "$state" = running ] || not_yet no-dind state="$state"
id=$(engine_id dind-lim)
[ -n "$id" ] || not_yet starting
[ "$id" != "$engine" ] || not_yet same-engine id="$id"
limit=$(host inspect -f '{{.HostConfig.Memory}}' dind-lim)
[ "$limit" = 314572800 ] || not_yet outer-limit limit="$limit"

pids=$(nested_pids dind-lim greedy) || not_yet no-greedy
limit=$(inner dind-lim inspect -f '{{.HostConfig.Memory}}' greedy)
[ "$limit" = 2147483648 ] || not_yet inner-limit limit="$limit"

# Through greedy's process: its group by the host's path.
case $LAB_CGROUP in
  v1) group=/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' "/proc/${pids%% *}/cgroup") counter=memory.oom_control ;;
  *) group=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/${pids%% *}/cgroup") counter=memory.events ;;
esac
kills=$(awk '$1 == "oom_kill" { print $2 }' "$group/$counter" 2>/dev/null)
[ "${kills:-0}" -gt 0 ] || not_yet no-kill
passed kills="$kills"
