#!/bin/sh
# S4: out.txt holds the checksum of this attempt's in.txt and the host name of a container of image alpine that the
# record knows.
set -u
require_host

[ "$(state_of docker0)" = running ] || not_yet no-docker0 state="$(state_of docker0)"
[ -s "/srv/job/in.txt" ] || impossible in-gone
[ -s "/srv/job/out.txt" ] || not_yet no-out
sum=$(sha256sum <"/srv/job/in.txt" | cut -d ' ' -f 1)
given=$(tr -s '[:space:]' '\n' <"/srv/job/out.txt")
if ! echo "$given" | grep -qix "$sum"; then
  nothing=$(printf '' | sha256sum | cut -d ' ' -f 1)
  ! echo "$given" | grep -qix "$nothing" || not_yet empty-in
  other=$(echo "$given" | grep -Eix -m 1 '[0-9a-f]{64}') || other=none
  not_yet wrong-sum given="$(echo "$other" | cut -c 1-12)"
fi

# Of all words that are no checksum, the last one that is not a sibling's name says what is missing.
name=
for word in $(echo "$given" | grep -Evix '[0-9a-f]{64}|-'); do
  ! was_container "$word" alpine || passed name="$word"
  ! was_container "$word" alpine:latest || passed name="$word"
  name=$word
done
[ -n "$name" ] || not_yet no-name
[ "$name" != "$(hostname)" ] || not_yet host-name name="$(value "$name")"
[ "$name" != "$(host_name docker0)" ] || not_yet docker0-name name="$name"
# shellcheck disable=SC2016 # jq's variable
if [ "${#name}" -ge 12 ] && events -e --arg id "$name" 'any(.[]; .Actor.ID | startswith($id))' >/dev/null; then
  not_yet other-image name="$name"
fi
not_yet unknown-name name="$(value "$name")"
