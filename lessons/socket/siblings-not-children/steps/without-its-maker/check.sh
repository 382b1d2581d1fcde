#!/bin/sh
# docker0 is gone and the container3 that was made from it runs on. The record tells what was before.
set -u
require_host

state=$(state_of docker0)
[ "$state" = missing ] || not_yet docker0-there state="$state"
state=$(state_of container3)
[ "$state" != missing ] || not_yet no-container3
[ "$state" = running ] || not_yet stopped state="$state"

# The host name of the docker0 that went last, and whether container3 is older than its end.
# shellcheck disable=SC2016 # jq's variables
gone=$(events --arg id "$(host inspect -f '{{.Id}}' container3)" '
  map(select(.Type == "container"))
  | (map(select(.Action == "destroy" and .Actor.Attributes.name == "docker0")) | last) as $end
  | (map(select(.Action == "create" and .Actor.ID == $id)) | first) as $begin
  | if $end and $begin then "\($end.Actor.ID[:12]) \($begin.timeNano < $end.timeNano)" else empty end')
[ "${gone#* }" = true ] || not_yet made-later
[ "$(maker_of container3)" = "${gone% *}" ] || not_yet other-maker
passed made-in="${gone% *}"
