#!/bin/sh
# U1: the engine maps users, and root in `mapped` is another id here, by the kernel's map of its first process.
set -u
require_host
if ! is_remapped; then
  if grep -q '"userns-remap"' /etc/docker/daemon.json; then not_yet not-restarted; fi
  not_yet not-remapped
fi
state=$(state_of mapped)
[ "$state" != missing ] || not_yet no-mapped
pid=$(pid_of mapped) || not_yet stopped state="$state"
[ "$(readlink "/proc/$pid/ns/user")" != "$(readlink /proc/self/ns/user)" ] || not_yet host-namespace
uid=$(awk '$1 == 0 { print $2 }' "/proc/$pid/uid_map")
[ "${uid:-0}" -ge 65536 ] || not_yet host-namespace
passed uid="$uid"
