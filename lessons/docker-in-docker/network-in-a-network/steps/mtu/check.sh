#!/bin/sh
# D7: the links of narrow and of both containers in it, on the default bridge and on a network of their own, have
# packets of at most 1400 bytes.
set -u
require_host
require_nested narrow
mtu=$(cat "$(root_of narrow)/sys/class/net/eth0/mtu")
[ "$mtu" = 1400 ] || not_yet outer-mtu mtu="$mtu"
for name in one two; do
  root=$(root_of "narrow/$name") || not_yet no-child name="$name"
  mtu=$(cat "$root/sys/class/net/eth0/mtu")
  [ "$mtu" -le 1400 ] || not_yet too-large name="$name" mtu="$mtu"
done
mode() { inner narrow inspect -f '{{.HostConfig.NetworkMode}}' "$1"; }
case $(mode two) in default | bridge) not_yet same-network ;; esac
passed mtu="$mtu"
