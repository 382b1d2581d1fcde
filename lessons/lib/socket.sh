# shellcheck shell=sh
# For lessons about containers that command an engine through a mounted socket.

# NAME ARG…: a container with the host's socket and a client, made by `docker run -d --name NAME ARG… docker sleep
# infinity`; one that the learner made and that reaches the host's engine is kept.
borrower() {
  [ "$(engine_id "$1")" != "$(engine_id)" ] || return 0
  docker rm -f "$1" >/dev/null 2>&1
  docker run -d -v /var/run/docker.sock:/var/run/docker.sock --name "$@" docker sleep infinity >/dev/null
  wait_until 10 _borrows "$1"
}
_borrows() { [ "$(engine_id "$1")" = "$(engine_id)" ]; }

# NAME: its host name, for most containers the first 12 digits of the ID; empty when there is no such container.
host_name() { host inspect -f '{{.Config.Hostname}}' "$1" 2>/dev/null; }
