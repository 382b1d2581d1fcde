#!/bin/sh
# T8: uid 1000 in agent reaches the host's engine, and the socket is as the engine made it.
set -u
require_host

socket=/run/docker.sock
mode=$(stat -c %a "$socket")
[ "$mode" = 660 ] || not_yet socket-opened mode="$mode"
owner=$(stat -c %U:%G "$socket")
[ "$owner" = root:docker ] || not_yet owner-changed owner="$owner"

state=$(state_of agent)
[ "$state" != missing ] || not_yet no-agent
[ "$state" = running ] || not_yet not-running state="$state"
pid=$(pid_of agent) || not_yet not-running state="$state"
uid=$(awk '$1 == "Uid:" { print $2 }' "/proc/$pid/status")
[ "$uid" = 1000 ] || not_yet is-root uid="$uid"

id=$(from agent info -f '{{.ID}}')
case $id in
  "$engine") passed uid="$uid" ;;
  ????????-????-????-????-????????????) not_yet other-engine id="$id" ;;
esac
[ -S "$(root_of agent)/run/docker.sock" ] || not_yet no-socket
groups=$(awk '$1 == "Groups:" { $1 = ""; print }' "/proc/$pid/status")
# shellcheck disable=SC2086,SC2116 # its words
not_yet no-access groups="$(value $groups)" wanted="$(stat -c %g "$socket")"
