# shellcheck shell=sh
sysbox_dind() {
  is_nested "$1" && return
  docker rm -fv "$1" >/dev/null 2>&1
  docker run -itd --runtime=sysbox-runc --name "$1" docker:dind >/dev/null
  wait_until 30 is_nested "$1"
}
