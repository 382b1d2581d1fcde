#!/bin/sh
# K2: a booted machine whose engine does not copy with vfs, keeps its data outside memory, and whose ports answer on
# this host only.
set -u
require_host
require_machine virtualvm1
driver=$(inner virtualvm1 info -f '{{.Driver}}')
[ -n "$driver" ] || not_yet booting name=virtualvm1 service=docker
# BusyBox's stat knows no overlay; the mount that the folder lies on is the last one of a folder above it.
[ "$driver" != vfs ] || not_yet vfs fs="$(
  awk 'index("/var/lib/docker/", $2 == "/" ? "/" : $2 "/") == 1 { fs = $3 } END { print fs }' \
    "/proc/$(pid_of virtualvm1)/mounts"
)"
tmpfs=$(host inspect virtualvm1 | jq -r '.[0].HostConfig.Tmpfs // {} | keys[] | select(test("^/var(/lib(/docker)?)?/?$"))')
[ -z "$tmpfs" ] || not_yet in-memory path="$(value "$tmpfs")"
address=$(host inspect virtualvm1 | jq -r '
  [.[0].NetworkSettings.Ports[]?[]? | .HostIp | select(test("^127[.]|^::1$") | not)] | first // empty')
[ -z "$address" ] || not_yet exposed address="$(value "$address")"
passed driver="$driver"
