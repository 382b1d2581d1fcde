#!/bin/sh
# D2: the three PIDs answered are those of container3's first process: NSpid at the host, what the inner engine says,
# and 1.
set -u
require_host
[ "$(state_of dind-test)" = running ] || not_yet not-running name=dind-test
[ "$(engine_id dind-test)" != "$engine" ] || not_yet not-nested
state=$(inner dind-test inspect -f '{{.State.Status}}' container3)
if [ -z "$state" ]; then
  [ "$(state_of container3)" = missing ] || not_yet not-nested
fi
[ "$state" = running ] || not_yet not-running name=container3
truth=$(nested_pids dind-test container3) || not_yet not-nested

given=$(answer pids)
[ -n "$given" ] || not_yet no-answer
[ "$given" != "$truth" ] || passed pids="$(value "$given")"
case $given in
  *[!0-9\ ]*) not_yet not-three given="$(value "$given")" ;;
esac
# shellcheck disable=SC2086 # its words
set -- $given
[ $# -eq 3 ] || not_yet not-three given="$(value "$given")"
[ "$3 $2 $1" != "$truth" ] || not_yet reversed given="$(value "$given")"
[ -d "/proc/$1" ] || not_yet no-such-process pid="$1"
[ "$1" = "${truth%% *}" ] || not_yet other-process pid="$1" name="$(tr -d ' ' <"/proc/$1/comm")"
[ "$1 $2" = "${truth% *}" ] || not_yet wrong-number number="$2" level=L2
not_yet wrong-number number="$3" level=L3
