#!/bin/sh
# curled runs with the label via=curl. Which program asked for it, the engine does not know, so any is right.
set -u
require_host

box=$(host inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.Config.Image}} {{index .Config.Labels "via"}}' curled 2>/dev/null) || not_yet no-container
read -r state code image label <<END
$box
END
case $state in
  running) ;;
  created) not_yet created ;;
  exited) not_yet ended code="$code" ;;
  *) not_yet not-running state="$state" ;;
esac
case $image in
  alpine | alpine:*) ;;
  *) not_yet other-image image="$(value "$image")" ;;
esac
[ -n "$label" ] || not_yet no-label
[ "$label" = curl ] || not_yet other-label given="$(value "$label")"
passed
