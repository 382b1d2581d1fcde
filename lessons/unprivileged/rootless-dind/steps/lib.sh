# shellcheck shell=sh
# The engine of user 1000 in `rl`: its socket lies where that user may write.
rootless() { timeout 3 docker -H "unix://$(root_of rl)/run/user/1000/docker.sock" "$@" 2>/dev/null; }

rootless_dind() {
  [ "$(rootless info -f '{{.ID}}')" = "" ] || return 0
  docker rm -fv rl >/dev/null 2>&1
  if [ "$LAB_STANDIN" = 1 ]; then
    set -- --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined --device /dev/net/tun
  else
    set -- --privileged
  fi
  docker run -d --name rl "$@" docker:dind-rootless >/dev/null
  wait_until 30 rootless info
}
