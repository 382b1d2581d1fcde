#!/bin/sh
# F1: box runs, and the answer is the PID of its first process at L1.
set -u
require_host
state=$(state_of box)
case $state in
  missing) not_yet no-box ;;
  running) ;;
  *) not_yet not-running state="$state" ;;
esac
pid=$(pid_of box) || not_yet not-running state=ending

given=$(answer pid)
[ -n "$given" ] || not_yet no-answer
[ "$given" != "$pid" ] || passed pid="$pid"
[ "$given" != 1 ] || not_yet inside-pid
[ -d "/proc/$(value "$given")" ] || not_yet no-such-process pid="$(value "$given")"
[ "$given" != "$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")" ] || not_yet parent pid="$given"
not_yet other-process pid="$(value "$given")" name="$(tr -d ' ' <"/proc/$(value "$given")/comm")"
