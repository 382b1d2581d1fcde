# shellcheck shell=sh
# The cgroup directories of a container's id.
groups_of() {
  if [ "$LAB_CGROUP" = v2 ]; then echo "/sys/fs/cgroup/docker/$1"; else echo /sys/fs/cgroup/*/"docker/$1"; fi
}

# `ud`: all capabilities, no filters, mapped ids, not privileged; on cgroup v2 its engine is started by hand, because it
# stumbles over the group that it does not own.
unprivileged() {
  [ "$(state_of ud)" != running ] || return 0
  docker rm -fv ud >/dev/null 2>&1
  set -- docker:dind
  [ "$LAB_CGROUP" = v1 ] || set -- --init --entrypoint sleep docker:dind infinity
  docker run -d --name ud --cap-add ALL --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
    --security-opt systempaths=unconfined "$@" >/dev/null
  [ "$LAB_CGROUP" = v2 ] || wait_until 30 is_nested ud
}

delegated() {
  # shellcheck disable=SC2046 # a list
  chown -R 165536:165536 $(groups_of "$(docker inspect -f '{{.Id}}' ud)")
  is_nested ud || docker exec -d ud dockerd-entrypoint.sh
  wait_until 30 is_nested ud
}
