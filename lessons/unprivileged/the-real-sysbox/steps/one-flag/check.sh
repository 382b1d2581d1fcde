#!/bin/sh
# An engine of its own answers in `sysbox-dind`, which sysbox-runc made: not privileged, its root mapped away.
set -u
require_host
state=$(state_of sysbox-dind)
[ "$state" != missing ] || not_yet no-container
pid=$(pid_of sysbox-dind) || not_yet stopped state="$state"
runtime=$(host inspect -f '{{.HostConfig.Runtime}}' sysbox-dind)
[ "$runtime" = sysbox-runc ] || not_yet other-runtime runtime="$(value "$runtime")"
uid=$(awk '$1 == 0 { print $2 }' "/proc/$pid/uid_map")
[ "$(readlink "/proc/$pid/ns/user")" != "$(readlink /proc/self/ns/user)" ] || not_yet other-runtime runtime="$(value "$runtime")"
id=$(engine_id sysbox-dind)
[ -n "$id" ] || not_yet no-engine
is_nested sysbox-dind || not_yet same-engine id="$id"
passed uid="$uid"
