#!/bin/sh
# D1: dind-test runs an engine of its own. Asked through /proc/PID/root with our own client, so that nothing in the
# container is trusted; the engine's ID tells a nested engine from the host's socket in disguise, and its dockerd must
# live in the container's PID namespace, which no borrowed socket of whatever engine achieves.
set -u
require_host

if ! box=$(host inspect -f '{{.State.Pid}} {{.State.Status}} {{.State.ExitCode}} {{.HostConfig.Privileged}} {{.Config.Image}}' dind-test 2>/dev/null)
then
  host image inspect docker:dind >/dev/null 2>&1 || impossible image-gone
  # Started with --rm, a container that dies is gone at once; the record still knows it. One that was killed or removed
  # later is gone because the learner wanted it.
  last=$(events '[.[] | select(.Type == "container" and .Actor.Attributes.name == "dind-test")] | .[-3:]
    | select(.[-2].Action == "die" and .[-1].Action == "destroy" and .[-1].timeNano - .[-2].timeNano < 2e9
      and .[0].Action != "kill") | .[-2].Actor.Attributes.exitCode')
  [ -z "$last" ] || not_yet died code="$last"
  not_yet no-container
fi
read -r pid status code privileged image <<END
$box
END
case $status in
  running) ;;
  exited | dead)
    case $image in
      docker:*dind*) ;;
      *) not_yet no-engine image="$image" ;;
    esac
    [ "$privileged" != true ] || not_yet not-running state="$status"
    not_yet died code="$code"
    ;;
  *) not_yet not-running state="$status" ;;
esac

space=$(readlink "/proc/$pid/ns/pid")
own=
for p in $(pidof dockerd); do
  [ "$(readlink "/proc/$p/ns/pid")" = "$space" ] && own=$p
done

id=$(engine_id dind-test)
if [ -z "$id" ]; then
  [ -n "$own" ] && not_yet starting
  case $image in
    docker:*dind*) not_yet starting ;;
    *) not_yet no-engine image="$image" ;;
  esac
fi
[ "$id" != "$engine" ] || not_yet same-engine id="$id"
[ -n "$own" ] || not_yet engine-outside id="$id"
passed id="$id" host="$engine"
