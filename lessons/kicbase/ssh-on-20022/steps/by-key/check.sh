#!/bin/sh
# K4: the journal of virtualvm1 has a login by public key, /root/connection was written by that very login (it names the
# client's port), and the port is published on the host's loopback only.
set -u
require_host
require_machine virtualvm1

addresses=$(host inspect virtualvm1 | jq -r '.[0].NetworkSettings.Ports["22/tcp"][]?.HostIp')
[ -n "$addresses" ] || not_yet not-published
for address in $addresses; do
  case $address in 127.* | ::1) ;; *) not_yet exposed address="$address" ;; esac
done

journal=$(timeout 3 docker -H unix:///run/docker.sock exec virtualvm1 journalctl -u ssh -b -o cat --no-pager 2>/dev/null)
if ! echo "$journal" | grep -q '^Accepted publickey for '; then
  file=$(echo "$journal" | sed -n 's/^Authentication refused: bad ownership or modes for .* //p' | tail -n 1)
  [ -z "$file" ] || not_yet key-refused file="$(value "$file")"
  ! echo "$journal" | grep -q '^Accepted password for ' || not_yet by-password
  not_yet no-login
fi
# "172.17.0.1 37670 172.17.0.2 22"
set -f
# shellcheck disable=SC2046 # its words
set -- $(tr -d '\r' <"$(root_of virtualvm1)/root/connection" 2>/dev/null)
[ $# -ge 2 ] || not_yet no-file
echo "$journal" | grep -q "^Accepted publickey for .* from $1 port $2 " || not_yet not-by-ssh port="$(value "$2")"
passed from="$(value "$1")"
