#!/bin/sh
# R1: `rl` is not privileged, its engine calls itself rootless, and the kernel says that it runs as user 1000.
set -u
require_host
state=$(state_of rl)
[ "$state" != missing ] || not_yet no-container
pid=$(pid_of rl) || not_yet stopped state="$state"
# The official image asks for --privileged.
if [ "$LAB_STANDIN" = 1 ] && [ "$(host inspect -f '{{.HostConfig.Privileged}}' rl)" = true ]; then not_yet privileged; fi
[ -z "$(engine_id rl)" ] || not_yet rootful
case $(rootless info -f '{{.SecurityOptions}}') in
  '') not_yet no-engine ;;
  *name=rootless*) ;;
  *) not_yet rootful ;;
esac
space=$(readlink "/proc/$pid/ns/pid")
for daemon in $(pgrep -x dockerd); do
  [ "$(readlink "/proc/$daemon/ns/pid")" = "$space" ] || continue
  uid=$(awk '$1 == 0 { print $2 }' "/proc/$daemon/uid_map")
  [ "$uid" = 1000 ] || not_yet wrong-user uid="$uid"
  passed uid="$uid"
done
not_yet no-engine
