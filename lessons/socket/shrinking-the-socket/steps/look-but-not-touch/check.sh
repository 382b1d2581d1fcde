#!/bin/sh
# S7: limited gets the host's list, what would change something does not reach the engine, and there is no way round.
# The two requests that must be refused name what does not exist, so that nothing happens if they are not.
set -u
require_host

state=$(state_of limited)
[ "$state" != missing ] || not_yet no-limited
[ "$state" = running ] || not_yet not-running state="$state"
for source in $(host inspect -f '{{range .Mounts}}{{println .Source}}{{end}}' limited); do
  case $source in
    / | /run | /var | /var/run | /run/docker.sock | /var/run/docker.sock) not_yet has-socket source="$source" ;;
  esac
done
address=$(host inspect -f '{{range .Config.Env}}{{println .}}{{end}}' limited | sed -n 's/^DOCKER_HOST=//p')
[ -n "$address" ] || not_yet no-address
list=$(from limited ps -q --no-trunc) || not_yet no-list address="$(value "$address")"
echo "$list" | grep -qx "$(host inspect -f '{{.Id}}' limited)" || not_yet other-engine
! from limited create --pull never no-such-image | grep -qi 'no such image' || not_yet can-run
! from limited kill no-such-container | grep -qi 'no such container' || not_yet can-kill
passed address="$(value "$address")"
