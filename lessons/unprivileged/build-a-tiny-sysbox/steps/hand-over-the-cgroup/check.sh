#!/bin/sh
# U2: `ud` is not privileged, has an id map of its own, and runs `deep`, whose process is at least uid 65536 here and
# has three PIDs.
set -u
require_host
state=$(state_of ud)
if [ "$state" = missing ]; then
  is_remapped || not_yet not-remapped
  not_yet no-ud
fi
pid=$(pid_of ud) || not_yet stopped state="$state"
[ "$(host inspect -f '{{.HostConfig.Privileged}}' ud)" = false ] || not_yet privileged
[ "$(host inspect -f '{{.HostConfig.Runtime}}' ud)" != sysbox-runc ] || not_yet ready-made
is_remapped || not_yet not-remapped
[ "$(readlink "/proc/$pid/ns/user")" != "$(readlink /proc/self/ns/user)" ] || not_yet host-namespace

id=$(host inspect -f '{{.Id}}' ud)
# shellcheck disable=SC2046 # a list
owner=$(stat -c %u $(groups_of "$id") | sort -n | head -n 1)
[ "${owner:-0}" -ge 65536 ] || not_yet not-owned uid="${owner:-0}"
is_nested ud || not_yet no-engine
deep=$(inner ud inspect -f '{{.State.Status}}' deep) || not_yet no-deep
pids=$(nested_pids ud deep) || not_yet deep-stopped state="$deep"
uid=$(awk '/^Uid:/ { print $2 }' "/proc/${pids%% *}/status")
[ "${uid:-0}" -ge 65536 ] || not_yet host-namespace
passed uid="$uid" pids="$(value "$pids")"
