# shellcheck shell=sh
# What setup, check, and cheat of every lesson may use: it stands in front of them. solve.sh stands alone, because
# learners read it. Names in capitals below are arguments; a PLACE is a container, or containers from the outside in
# with slashes between: dind-test/container3.

# --- Verdicts of a check; each ends it. The first word is a reason of lesson.yaml, KEY=VALUE what its sentence shows.
not_yet() { echo "$@"; exit 10; }
impossible() { echo "$@"; exit 20; }
passed() { echo passed "$@"; exit 0; }

# --- Engines. Asked by our own client, so that nothing in a container is trusted.

# The host's engine, whatever the learner has set.
host() { docker -H unix:///run/docker.sock "$@"; }

# PLACE ARG…: the engine that answers in a container. /run, not /var/run: where that is an absolute link it would lead
# back to the host's socket.
inner() {
  _root=$(root_of "$1") || return 1
  shift
  timeout 3 docker -H "unix://$_root/run/docker.sock" "$@" 2>/dev/null
}

# [PLACE]: the ID of the engine there, or of the host's; empty when none answers. Equal IDs are one engine.
engine_id() {
  if [ $# -eq 0 ]; then host info -f '{{.ID}}' 2>/dev/null; else inner "$1" info -f '{{.ID}}'; fi
}

# Sets $engine, the ID of the host's engine, without which nothing can be judged.
require_host() {
  engine=$(engine_id)
  [ -n "$engine" ] || not_yet host-down
}

# --- Containers and processes

# NAME: PID at L1 of a container's first process; fails when it does not run.
pid_of() {
  _pid=$(host inspect -f '{{.State.Pid}}' "$1" 2>/dev/null) && [ "$_pid" -gt 0 ] && echo "$_pid"
}

# NAME: its state in one word, `missing` when there is none.
state_of() {
  # For a name that it does not know, the client prints an empty line.
  _state=$(host inspect -f '{{.State.Status}}' "$1" 2>/dev/null) || _state=missing
  echo "$_state"
}

# PLACE: its root folder as L1 sees it; fails when a container on the way does not run.
root_of() (
  root=/proc/$(pid_of "${1%%/*}")/root || exit 1
  for name in $(echo "$1" | tr / '\n' | tail -n +2); do
    pid=$(timeout 3 docker -H "unix://$root/run/docker.sock" inspect -f '{{.State.Pid}}' "$name" 2>/dev/null) || exit 1
    [ "$pid" -gt 0 ] || exit 1
    root=$root/proc/$pid/root
  done
  [ -d "$root/" ] && echo "$root"
)

# OUTER INNER: the PIDs of a nested container's first process from L1 inwards, as the kernel counts them, such as
# `690 273 1`. It is found by its PID namespace, which L1 and OUTER name by the same inode.
nested_pids() (
  middle=$(inner "$1" inspect -f '{{.State.Pid}}' "$2") && [ "$middle" -gt 0 ] || exit 1
  space=$(readlink "$(root_of "$1")/proc/$middle/ns/pid")
  # shellcheck disable=SC2013 # they are words
  for pid in $(cat /proc/[0-9]*/status 2>/dev/null |
    awk -v p="$middle" '/^NSpid:/ && NF == 4 && $3 == p && $4 == 1 { print $2 }'); do
    [ "$(readlink "/proc/$pid/ns/pid")" != "$space" ] || { echo "$pid $middle 1"; exit 0; }
  done
  exit 1
)

# --- What happened, and what was answered

# JQ-ARG…: jq over the list of all events of the host's engine since the sandbox began.
events() { jq -rs "$@" "${LAB_EVENTS:-/dev/null}" 2>/dev/null; }

# NAME ACTION: whether the host's engine recorded it: create, start, die, destroy …
# shellcheck disable=SC2016 # jq's variables
happened() {
  events -e --arg name "$1" --arg action "$2" \
    'any(.[]; .Type == "container" and .Action == $action and .Actor.Attributes.name == $name)' >/dev/null
}

# PLACE FILTER…: what the engine there has recorded since it started, of events that match one of the filters: the names
# of their images or containers.
inner_events() {
  _place=$1
  shift
  for _filter in "$@"; do set -- "$@" --filter "$_filter"; shift; done
  inner "$_place" events --since 1 --until "$(($(date +%s) + 1))" --format '{{.Actor.ID}}' "$@"
}

# ID [IMAGE]: whether a container with this id (or its first 12 digits), of this image, was ever created.
# shellcheck disable=SC2016 # jq's variables
was_container() {
  [ "${#1}" -ge 12 ] && events -e --arg id "$1" --arg image "${2-}" 'any(.[]; .Type == "container" and
    .Action == "create" and (.Actor.ID | startswith($id)) and ($image == "" or .Actor.Attributes.image == $image))' >/dev/null
}

# ID: the learner's answer, its words with single spaces between; empty when there is none.
answer() {
  # shellcheck disable=SC2005,SC2046 # its words
  (set -f && echo $({ tr -d '\r' <"${LAB_ANSWERS:-/lab/a}/$1"; } 2>/dev/null))
}

# TEXT: as a value of a verdict, which has no spaces and is short.
value() { printf %s "$*" | tr ' ' ',' | tr -cd '[:alnum:]_.,:/=-' | cut -c 1-40; }

# --- For setups, which make all that a step needs from an empty lab and keep what is already right

# SECONDS COMMAND…: tries until it succeeds; ends the script when it never does.
wait_until() {
  _left=$(($1 * 4))
  shift
  until "$@" >/dev/null 2>&1; do
    _left=$((_left - 1))
    [ "$_left" -gt 0 ] || { echo "never came true: $*" >&2; exit 3; }
    sleep 0.25
  done
}

# NAME ARG…: a container made by `docker run -d --name NAME ARG…`; one of that name that runs is kept.
running() {
  [ "$(state_of "$1")" != running ] || return 0
  docker rm -fv "$1" >/dev/null 2>&1
  _name=$1
  shift
  docker run -d --name "$_name" "$@" >/dev/null
}

# NAME ARG…: a container with an engine of its own, made by `docker run -d --name NAME --privileged ARG…`; one that
# the learner made is kept.
dind() {
  _tries=0
  until is_nested "$1"; do
    # One that has just been started needs a moment; what has no engine after fifteen seconds never gets one.
    if [ "$_tries" -eq 60 ] || { [ "$_tries" -eq 0 ] && ! _may_become_nested "$1"; }; then _dind_anew "$@"; fi
    _tries=$((_tries + 1))
    [ "$_tries" -lt 200 ] || { docker logs --tail 5 "$1" >&2; exit 3; }
    sleep 0.25
  done
}
_may_become_nested() { [ "$(state_of "$1")" = running ] && [ "$(engine_id "$1")" != "$(engine_id)" ]; }
_dind_anew() {
  _name=$1
  shift
  docker rm -fv "$_name" >/dev/null 2>&1
  docker run -d --name "$_name" --privileged "$@" >/dev/null || echo "$_name did not start" >&2
}

# PLACE: an engine answers there that is not the host's.
is_nested() {
  _id=$(engine_id "$1") && [ -n "$_id" ] && [ "$_id" != "$(engine_id)" ]
}

# IMAGE NAME: the engine in the container has the image, carried in from the host where it was missing.
carry() {
  inner "$2" image inspect "$1" >/dev/null || docker save "$1" | docker exec -i "$2" docker load >/dev/null
}

# OUTER NAME IMAGE COMMAND…: runs in OUTER, anew unless this very command already does.
run_in() {
  _outer=$1 _name=$2 _image=$3
  shift 3
  carry "$_image" "$_outer"
  _tries=0
  until [ "$(inner "$_outer" inspect -f '{{.State.Status}} {{join .Config.Cmd " "}}' "$_name")" = "running $*" ]; do
    # Seen once in 80 starts on a loaded machine: runc's init dies, "connection reset by peer".
    _tries=$((_tries + 1))
    [ "$_tries" -le 3 ] || exit 3
    docker exec "$_outer" docker rm -f "$_name" >/dev/null 2>&1
    docker exec "$_outer" docker run -d --name "$_name" "$_image" "$@" >/dev/null || echo "$_name did not start" >&2
  done
}
