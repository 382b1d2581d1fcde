#!/bin/sh
# T6: resolve is on a network of the learner's, and child in it asks a name server that can be reached from there.
set -u
require_host
require_nested resolve
# shellcheck disable=SC2016 # the template's variables
case " $(host inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}' resolve) " in
  *' bridge '*) not_yet default-network ;;
esac
root=$(root_of resolve/child) || not_yet no-child
servers=$(awk '$1 == "nameserver" { printf "%s%s", comma, $2; comma = "," }' "$root/etc/resolv.conf")
case $servers in
  *8.8.8.8* | *8.8.4.4* | '') not_yet google server="$(value "$servers")" ;;
  *127.0.0.*) not_yet loopback server="$(value "$servers")" ;;
esac
passed server="$(value "$servers")"
