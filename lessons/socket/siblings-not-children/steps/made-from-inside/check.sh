#!/bin/sh
# S3: container3 runs in the host's engine, and its label holds docker0's host name.
set -u
require_host

state=$(state_of docker0)
[ "$state" = running ] || not_yet no-docker0 state="$state"
if [ "$(state_of container3)" = missing ] && inner docker0 inspect container3 >/dev/null; then not_yet nested; fi
[ "$(engine_id docker0)" = "$engine" ] || not_yet not-borrowed

state=$(state_of container3)
[ "$state" != missing ] || not_yet no-container3
[ "$state" = running ] || not_yet stopped state="$state"
given=$(maker_of container3)
wanted=$(host_name docker0)
# shellcheck disable=SC2016 # the text itself
case $given in
  "$wanted") passed made-in="$wanted" ;;
  '') not_yet no-label ;;
  "$(hostname)") not_yet made-on-host given="$(value "$given")" ;;
  '$(hostname)' | '`hostname`') not_yet literal ;;
  *) not_yet wrong-label given="$(value "$given")" wanted="$wanted" ;;
esac
