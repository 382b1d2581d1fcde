#!/bin/sh
# S2: a client in docker0 reaches the host's engine. Where the socket is at its usual place our own client asks through
# it; only a learner who has set DOCKER_HOST instead is asked through his container.
set -u
require_host

state=$(state_of docker0)
case $state in
  missing) not_yet no-container ;;
  running) ;;
  exited) not_yet ended code="$(host inspect -f '{{.State.ExitCode}}' docker0)" ;;
  *) not_yet not-running state="$state" ;;
esac
root=$(root_of docker0) || not_yet not-running state="$state"
client=
for place in usr/local/bin usr/bin bin usr/local/sbin; do
  [ ! -x "$root/$place/docker" ] || client=$place
done
[ -n "$client" ] || not_yet no-client image="$(value "$(host inspect -f '{{.Config.Image}}' docker0)")"

id=$(engine_id docker0)
[ "$id" != "$engine" ] || passed id="$id"
asked=$(timeout 3 docker -H unix:///run/docker.sock exec docker0 docker info -f '{{.ID}}' 2>/dev/null)
[ "$asked" != "$engine" ] || passed id="$asked"
[ -z "$id$asked" ] || not_yet other-engine id="$(value "${id:-$asked}")"

mounts='{{range .Mounts}}{{.Source}} {{.Destination}}{{"\n"}}{{end}}'
host inspect -f "$mounts" docker0 | {
  while read -r source target; do
    case $source:$target in
      /run/docker.sock:* | /var/run/docker.sock:*) not_yet elsewhere target="$(value "$target")" ;;
      *:/run/docker.sock | *:/var/run/docker.sock) not_yet not-a-socket source="$(value "$source")" ;;
    esac
  done
  not_yet no-socket
}
exit $?
