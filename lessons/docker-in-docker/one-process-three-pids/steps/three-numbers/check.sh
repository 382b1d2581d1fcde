#!/bin/sh
# D2: the three PIDs answered are those of container3's first process: NSpid at the host, what the inner engine says,
# and 1. The process is found by its PID namespace, which the host and dind-test name by the same inode.
set -u

host() { docker -H unix:///run/docker.sock "$@"; }
not_yet() { echo "$@"; exit 10; }

engine=$(host info -f '{{.ID}}' 2>/dev/null)
[ -n "$engine" ] || not_yet host-down
pid=$(host inspect -f '{{.State.Pid}}' dind-test 2>/dev/null) || not_yet not-running name=dind-test
[ "$pid" -gt 0 ] || not_yet not-running name=dind-test
inner() { timeout 3 docker -H "unix:///proc/$pid/root/run/docker.sock" "$@" 2>/dev/null; }
[ "$(inner info -f '{{.ID}}')" != "$engine" ] || not_yet not-nested
if ! middle=$(inner inspect -f '{{.State.Pid}}' container3); then
  host inspect container3 >/dev/null 2>&1 && not_yet not-nested
  not_yet not-running name=container3
fi
[ "$middle" -gt 0 ] || not_yet not-running name=container3

space=$(readlink "/proc/$pid/root/proc/$middle/ns/pid")
candidates=$(cat /proc/[0-9]*/status 2>/dev/null |
  awk -v p="$middle" '/^NSpid:/ && NF == 4 && $3 == p && $4 == 1 { print $2 }')
truth=
for candidate in $candidates; do
  [ "$(readlink "/proc/$candidate/ns/pid")" != "$space" ] || truth="$candidate $middle 1"
done
[ -n "$truth" ] || not_yet not-nested

answer=$({ tr -d '\r' <"${LAB_ANSWERS:-/lab/a}/pids"; } 2>/dev/null)
set -f
# Unquoted on purpose: the words of the answer.
# shellcheck disable=SC2086
set -- $answer
[ $# -gt 0 ] || not_yet no-answer
[ "$*" != "$truth" ] || { echo passed pids="$1,$2,$3"; exit 0; }
given=$(printf %s "$*" | tr ' ' ',' | tr -cd '[:alnum:],' | cut -c 1-40)
case $* in
  *[!0-9\ ]*) not_yet not-three given="$given" ;;
esac
[ $# -eq 3 ] || not_yet not-three given="$given"
[ "$3 $2 $1" != "$truth" ] || not_yet reversed given="$given"
[ -d "/proc/$1" ] || not_yet no-such-process pid="$1"
[ "$1" = "${truth%% *}" ] || not_yet other-process pid="$1" name="$(tr -d ' ' <"/proc/$1/comm")"
[ "$2" = "$middle" ] || not_yet wrong-number number="$2" level=L2
not_yet wrong-number number="$3" level=L3
