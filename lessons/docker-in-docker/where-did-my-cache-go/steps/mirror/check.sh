#!/bin/sh
# M1: the engine in puller has a mirror that it can reach, and its own record says that it pulled alpine.
set -u
require_host

state=$(state_of puller)
[ "$state" = running ] || not_yet no-puller state="$state"
id=$(engine_id puller)
[ -n "$id" ] || not_yet starting
[ "$id" != "$engine" ] || not_yet same-engine id="$id"

mirrors=$(inner puller info -f '{{join .RegistryConfig.Mirrors ","}}')
case $mirrors in
  '') not_yet no-mirror ;;
  *127.0.0.1* | *localhost*) not_yet own-localhost mirror="$(value "$mirrors")" ;;
esac
inner puller image inspect alpine >/dev/null || not_yet no-image mirror="$(value "$mirrors")"
inner_events puller event=pull | grep -q '^alpine' || not_yet not-pulled
passed mirror="$(value "$mirrors")"
