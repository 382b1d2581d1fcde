#!/bin/sh
# T3: the engine in slow keeps its data in /opt/dr and uses overlay there.
set -u
require_host

state=$(state_of slow)
[ "$state" = running ] || not_yet no-slow state="$state"
id=$(engine_id slow)
[ -n "$id" ] || not_yet starting
[ "$id" != "$engine" ] || not_yet same-engine id="$id"

root=$(inner slow info -f '{{.DockerRootDir}}')
[ "$root" = /opt/dr ] || not_yet other-root root="$(value "$root")"
driver=$(inner slow info -f '{{.Driver}}')
case $driver in
  overlay2 | overlayfs) passed driver="$driver" ;;
  vfs | native) not_yet vfs driver="$driver" ;;
  *) not_yet other-driver driver="$(value "$driver")" ;;
esac
