#!/bin/sh
# K3: systemd in virtualvm1 runs the unit hello, has started it again at least once, and will start it at boot.
set -u
require_host
require_machine virtualvm1
[ "$(hello LoadState)" = loaded ] || not_yet no-unit
state=$(hello ActiveState)
if [ "$state" != active ] || ! hello_runs; then
  [ "$(hello Restart)" != no ] || not_yet no-restart state="$(value "$state")"
  [ "$state" != failed ] || not_yet given-up result="$(value "$(hello Result)")"
  not_yet not-active state="$(value "$state")"
fi
[ -n "$(hello_link)" ] || not_yet not-enabled
restarts=$(hello NRestarts)
[ "${restarts:-0}" -ge 1 ] || not_yet never-killed
passed restarts="$restarts"
