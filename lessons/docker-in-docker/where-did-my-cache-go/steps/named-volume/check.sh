#!/bin/sh
# D5: another container has had dind-test's named volume before, and alpine came into it then: the engine in dind-test
# has not loaded or pulled anything.
set -u
require_host

state=$(state_of dind-test)
[ "$state" = running ] || not_yet no-dind state="$state"
id=$(engine_id dind-test)
[ -n "$id" ] || not_yet starting
[ "$id" != "$engine" ] || not_yet same-engine id="$id"

mount=$(host inspect -f '{{range .Mounts}}{{if eq .Destination "/var/lib/docker"}}{{.Type}} {{.Name}}{{end}}{{end}}' dind-test)
case $mount in
  'volume '*) volume=${mount#volume } ;;
  bind*) not_yet folder ;;
  *) not_yet not-mounted ;;
esac
case $(host volume inspect -f '{{json .Labels}}' "$volume") in
  *com.docker.volume.anonymous*) not_yet anonymous ;;
esac

# shellcheck disable=SC2016 # jq's variables
earlier=$(events --arg volume "$volume" --arg id "$(host inspect -f '{{.Id}}' dind-test)" '[.[] | select(.Type == "volume"
  and .Action == "mount" and .Actor.ID == $volume) | .Actor.Attributes.container | select(. != $id)] | unique | length')
[ "${earlier:-0}" -gt 0 ] || not_yet first-container volume="$(value "$volume")"
inner dind-test image inspect alpine >/dev/null || not_yet no-image volume="$(value "$volume")"
inner_events dind-test event=load event=pull | grep -q . && not_yet loaded-after
passed volume="$(value "$volume")"
