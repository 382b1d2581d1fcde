#!/bin/sh
# D6: dind-two has tried to use the directory of dind-test, gave up because of the lock, and dind-test still answers.
set -u
require_host

data_of() {
  host inspect -f '{{range .Mounts}}{{if eq .Destination "/var/lib/docker"}}{{.Source}}{{end}}{{end}}' "$1"
}

state=$(state_of dind-test)
[ "$state" = running ] || not_yet no-first state="$state"
id=$(engine_id dind-test)
[ -n "$id" ] || not_yet first-silent
[ "$id" != "$engine" ] || not_yet same-engine id="$id"

state=$(state_of dind-two)
[ "$state" != missing ] || not_yet no-second
image=$(host inspect -f '{{.Config.Image}}' dind-two)
case $image in
  docker:*dind*) ;;
  *) not_yet other-image image="$(value "$image")" ;;
esac
data=$(data_of dind-test)
[ "$(data_of dind-two)" = "${data:-none}" ] || not_yet other-directory
[ "$state" != running ] || not_yet still-trying
code=$(host inspect -f '{{.State.ExitCode}}' dind-two)
[ "$code" = 1 ] || not_yet other-end code="$code"
host logs --tail 20 dind-two 2>&1 | grep -qiE 'boltdb|lock|timeout waiting for containerd' || not_yet other-end code=1
passed code="$code"
