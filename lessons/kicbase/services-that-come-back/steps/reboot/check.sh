#!/bin/sh
# K3 after a reboot: hello was enabled before virtualvm1 started, and runs.
set -u
require_host
require_machine virtualvm1
[ "$(hello LoadState)" = loaded ] || not_yet no-unit
link=$(hello_link)
[ -n "$link" ] || not_yet not-enabled
started=$(host inspect virtualvm1 | jq '.[0].State.StartedAt | sub("[.][0-9]+"; "") | fromdate')
[ "$(stat -c %Y "$link")" -lt "$started" ] || not_yet not-restarted
state=$(hello ActiveState)
if [ "$state" != active ] || ! hello_runs; then not_yet not-active state="$(value "$state")"; fi
passed state="$state"
