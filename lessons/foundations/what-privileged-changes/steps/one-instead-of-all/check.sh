#!/bin/sh
# box-c has the address on its network card, and of what --privileged gives it has no more than CAP_NET_ADMIN.
set -u
require_host
state=$(state_of box-c)
case $state in
  running) ;;
  missing) not_yet no-box ;;
  *) not_yet not-running state="$state" ;;
esac
pid=$(pid_of box-c) || not_yet not-running state=ending
[ "$(privileged box-c)" = false ] || not_yet privileged
# busybox's arithmetic has 64 bits; 12 is CAP_NET_ADMIN, 21 CAP_SYS_ADMIN.
mask=$((0x$(mask_of "$pid")))
[ $((mask >> 21 & 1)) -eq 0 ] || not_yet too-much mask="$(mask_of "$pid")"
[ $((mask >> 12 & 1)) -eq 1 ] || not_yet no-capability mask="$(mask_of "$pid")"
grep -qw 10.99.0.1 "/proc/$pid/net/fib_trie" || not_yet no-address
passed mask="$(mask_of "$pid")"
