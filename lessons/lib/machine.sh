# shellcheck shell=sh
# What setup, check, and cheat of lessons with machine containers may use besides lab.sh.

# NAME: the name of its first process, such as systemd; empty when it does not run.
init_of() { cat "/proc/$(pid_of "$1")/comm" 2>/dev/null; }

# NAME PORT: something in the container accepts TCP connections there, as the kernel says.
listens() {
  cat "/proc/$(pid_of "$1")/net/tcp" "/proc/$(pid_of "$1")/net/tcp6" 2>/dev/null |
    awk -v p="$(printf ':%04X' "$2")" '$4 == "0A" && substr($2, length($2) - 4) == p { found = 1 } END { exit !found }'
}

# NAME: has booted: systemd is its first process, sshd listens, and an engine of its own answers.
booted() { [ "$(init_of "$1")" = systemd ] && listens "$1" 22 && is_nested "$1"; }

# NAME: ends a check that cannot be passed without a booted machine of this name.
require_machine() {
  _state=$(state_of "$1")
  [ "$_state" != missing ] || not_yet no-machine name="$1"
  [ "$_state" = running ] || not_yet not-running name="$1" state="$_state" code="$(host inspect -f '{{.State.ExitCode}}' "$1")"
  [ "$(init_of "$1")" = systemd ] || not_yet not-systemd name="$1" init="$(init_of "$1" | tr ' ' _)"
  _id=$(engine_id "$1")
  # shellcheck disable=SC2154 # of require_host
  [ "$_id" != "$engine" ] || not_yet same-engine name="$1"
  [ -n "$_id" ] || not_yet booting name="$1" service=docker
  listens "$1" 22 || not_yet booting name="$1" service=ssh
}

# NAME ARG…: a booted machine, made by `docker run -d --name NAME --privileged ARG… kicbase:v0.0.32`; one that the
# learner made is kept.
machine() {
  case $(state_of "$1") in exited | created) docker start "$1" >/dev/null || echo "$1 does not start again" >&2 ;; esac
  _left=12 # until the entrypoint has become systemd
  until [ "$(init_of "$1")" = systemd ] || [ "$_left" -eq 0 ] || [ "$(state_of "$1")" != running ]; do
    _left=$((_left - 1))
    sleep 0.25
  done
  if [ "$(init_of "$1")" != systemd ] || [ "$(engine_id "$1")" = "$(engine_id)" ]; then
    docker rm -fv "$1" >/dev/null 2>&1
    _name=$1
    shift
    docker run -d --name "$_name" --privileged "$@" kicbase:v0.0.32 >/dev/null
    set -- "$_name"
  fi
  wait_until 60 booted "$1"
}
