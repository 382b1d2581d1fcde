#!/bin/sh
# K1: the answer is the name of the first process in plain.
set -u
require_host
pid=$(pid_of plain) || not_yet not-running state="$(state_of plain)"
truth=$(cat "/proc/$pid/comm")
given=$(answer init)
[ -n "$given" ] || not_yet no-answer
[ "$given" != "$truth" ] || passed init="$(value "$given")"
case $given in
  systemd | init | /sbin/init) not_yet wanted given="$(value "$given")" ;;
  *[!0-9]*) ;;
  *) not_yet number given="$(value "$given")" ;;
esac
[ "$given" != "$(cat /proc/1/comm)" ] || not_yet of-host given="$(value "$given")"
not_yet wrong given="$(value "$given")"
