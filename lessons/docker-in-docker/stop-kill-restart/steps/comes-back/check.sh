#!/bin/sh
# D9: stuck was killed without warning and runs again, with the image that it had, and with an empty /run at each start.
set -u
require_host

state=$(state_of stuck)
if [ "$state" != running ]; then
  host logs --tail 3 stuck 2>&1 | grep -q 'still running' && not_yet gave-up
  not_yet no-stuck state="$state"
fi
id=$(engine_id stuck)
[ -n "$id" ] || not_yet starting
[ "$id" != "$engine" ] || not_yet same-engine id="$id"

grep -q ' /run tmpfs ' "/proc/$(pid_of stuck)/mounts" || not_yet no-tmpfs
inner stuck image inspect keepme:1 >/dev/null || not_yet lost
# shellcheck disable=SC2016 # jq's variables
events -e --arg id "$(host inspect -f '{{.Id}}' stuck)" '[.[] | select(.Type == "container" and .Actor.ID == $id)]
  | (map(.Action == "kill" and .Actor.Attributes.signal == "9") | index(true)) as $kill
  | $kill != null and any(.[$kill:][]; .Action == "start")' >/dev/null || not_yet not-killed
passed
