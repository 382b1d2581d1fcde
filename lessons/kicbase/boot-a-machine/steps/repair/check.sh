#!/bin/sh
# K2: a booted machine whose engine does not copy with vfs, keeps its data outside memory, and whose ports answer on
# this host only.
set -u
require_host
require_machine virtualvm1
driver=$(inner virtualvm1 info -f '{{.Driver}}')
[ -n "$driver" ] || not_yet booting name=virtualvm1 service=docker
[ "$driver" != vfs ] || not_yet vfs fs="$(stat -f -c %T "$(root_of virtualvm1)/var/lib/docker")"
tmpfs=$(host inspect virtualvm1 | jq -r '.[0].HostConfig.Tmpfs // {} | keys[] | select(test("^/var(/lib(/docker)?)?/?$"))')
[ -z "$tmpfs" ] || not_yet in-memory path="$(value "$tmpfs")"
address=$(host inspect virtualvm1 | jq -r '
  [.[0].NetworkSettings.Ports[]?[]? | .HostIp | select(test("^127[.]|^::1$") | not)] | first // empty')
[ -z "$address" ] || not_yet exposed address="$(value "$address")"
passed driver="$driver"
