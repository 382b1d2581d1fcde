#!/bin/sh
# F3: capped runs with a limit of 64 MiB, and its cgroup's own counter shows a kill. Both are read where the kernel
# keeps them; State.OOMKilled has not always been true on a real kill.
set -u
require_host
state=$(state_of capped)
case $state in
  running) ;;
  missing) not_yet no-capped ;;
  *) not_yet not-running state="$state" code="$(host inspect -f '{{.State.ExitCode}}' capped)" ;;
esac
pid=$(pid_of capped) || not_yet not-running state=ending code=0

if [ "$LAB_CGROUP" = v1 ]; then
  group=/sys/fs/cgroup/memory$(awk -F: '$2 ~ /(^|,)memory(,|$)/ { print $3 }' "/proc/$pid/cgroup")
  limit=$(cat "$group/memory.limit_in_bytes")
  kills=$(awk '$1 == "oom_kill" { print $2 }' "$group/memory.oom_control")
else
  group=/sys/fs/cgroup$(awk -F: '$1 == 0 { print $3 }' "/proc/$pid/cgroup")
  limit=$(cat "$group/memory.max")
  kills=$(awk '$1 == "oom_kill" { print $2 }' "$group/memory.events")
fi
# v1 says 2^63 and a little less where there is no limit.
case $limit in
  max | ???????????????*) not_yet no-limit ;;
  67108864) ;;
  *) not_yet other-limit bytes="$limit" ;;
esac
[ "${kills:-0}" -ge 1 ] || not_yet no-kill
passed kills="$kills"
