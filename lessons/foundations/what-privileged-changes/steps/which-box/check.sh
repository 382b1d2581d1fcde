#!/bin/sh
# F4: the answer names the privileged one of two boxes, shuffled each time, and its capabilities as the kernel tells
# them: a name alone is right every other time.
set -u
require_host
for name in box-a box-b; do
  state=$(state_of "$name")
  case $state in
    running) ;;
    missing) impossible no-pair ;;
    *) not_yet not-running name="$name" state="$state" ;;
  esac
done
case "$(privileged box-a) $(privileged box-b)" in
  'true false') right=box-a ;;
  'false true') right=box-b ;;
  *) impossible no-pair ;;
esac

given=$(answer box | tr 'A-F' 'a-f')
[ -n "$given" ] || not_yet no-answer
name=${given%% *}
[ "$name" = "$right" ] || not_yet plain-box name="$(value "$name")"
case $given in *\ *) ;; *) not_yet no-mask name="$name" ;; esac
mask=$(echo "${given##* }" | sed -e 's/^0x//' -e 's/^0*//')
[ "$mask" = "$(mask_of "$(pid_of "$right")")" ] || not_yet wrong-mask name="$name" mask="$(value "$mask")"
passed box="$right"
