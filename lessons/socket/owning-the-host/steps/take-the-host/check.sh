#!/bin/sh
# S5: /root/owned on the host holds the host name of a container that existed and is gone.
set -u
require_host

[ -e /root/owned ] || not_yet nothing
given=$(head -c 200 /root/owned | awk 'NF { print $1; exit }')
[ -n "$given" ] || not_yet empty
[ "$given" != "$(hostname)" ] || not_yet host-wrote given="$(value "$given")"
[ "$given" != "$(host_name docker0)" ] || not_yet docker0-name
! host inspect --type container "$given" >/dev/null 2>&1 || not_yet still-there given="$(value "$given")"
# shellcheck disable=SC2016 # jq's variable
if [ "${#given}" -ge 12 ] && events -e --arg id "$given" 'any(.[]; .Action == "start" and (.Actor.ID | startswith($id)))' >/dev/null
then passed name="$given"; fi
not_yet unknown-name given="$(value "$given")"
