#!/bin/sh
# The entrypoint of the docker:dind and docker:dind-rootless stand-ins. Paths, ports and variables are those of the
# official images:
#   DOCKER_TLS_CERTDIR (/certs)   certificates in ca/, server/, client/; empty = no TLS
#   DOCKER_TLS_SAN                more names for the server's certificate
#   unix:///var/run/docker.sock   always, rootless: in XDG_RUNTIME_DIR; tcp 2376 with TLS, 2375 without
#   DOCKERD_ROOTLESS_ROOTLESSKIT_{NET,MTU,PORT_DRIVER,FLAGS}   rootless only
# Arguments go to dockerd. Any other command is run by the client's entrypoint.
set -eu

uid=$(id -u)
if [ "$uid" = 0 ]; then
  run=/var/run
else
  run=${XDG_RUNTIME_DIR:=/run/user/$uid}
  export XDG_RUNTIME_DIR
fi

sign() { # sign FOLDER SUBJECT EXTENSIONS: makes key.pem and cert.pem in FOLDER, signed by the authority in ca/
  [ -s "$1/key.pem" ] && [ -s "$1/cert.pem" ] && return
  mkdir -p "$1"
  printf '[x]\n%s\n' "$3" >"$1/openssl.cnf"
  # P-256 where the official image takes RSA with 4096 bits: milliseconds instead of seconds, the same lesson.
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$1/key.pem" -out "$1/csr.pem" 2>/dev/null
  openssl x509 -req -in "$1/csr.pem" -CA "$certificates/ca/cert.pem" -CAkey "$certificates/ca/key.pem" \
    -CAcreateserial -days 825 -extfile "$1/openssl.cnf" -extensions x -out "$1/cert.pem" 2>/dev/null
  cp "$certificates/ca/cert.pem" "$1/ca.pem"
}

make_certificates() {
  mkdir -p "$certificates/ca"
  if [ ! -s "$certificates/ca/key.pem" ] || [ ! -s "$certificates/ca/cert.pem" ]; then
    openssl req -new -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825 -subj '/CN=docker:dind CA' \
      -keyout "$certificates/ca/key.pem" -out "$certificates/ca/cert.pem" 2>/dev/null
  fi
  names="DNS:docker,DNS:localhost,DNS:$(hostname),IP:127.0.0.1,IP:::1"
  for address in $(hostname -I 2>/dev/null || true); do names="$names,IP:$address"; done
  sign "$certificates/server" '/CN=docker:dind server' "subjectAltName=${DOCKER_TLS_SAN:+$DOCKER_TLS_SAN,}$names"
  sign "$certificates/client" '/CN=docker:dind client' 'extendedKeyUsage=clientAuth'
  chmod go+r "$certificates/client"/*
}

# What a container must have before a daemon can run in it; each line needs --privileged, the first one says so.
prepare_container() {
  if [ -d /sys/kernel/security ] && ! mountpoint -q /sys/kernel/security; then
    mount -t securityfs none /sys/kernel/security || {
      echo 'Could not mount /sys/kernel/security.' >&2
      echo 'AppArmor detection and --privileged mode might break.' >&2
    }
  fi
  # /tmp on the container's layer would be copied into every nested mount.
  mountpoint -q /tmp || mount -t tmpfs none /tmp

  # cgroup v2: a group with processes of its own may not hand controllers down, so the processes move to a leaf.
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    mkdir -p /sys/fs/cgroup/init
    while read -r pid; do
      echo "$pid" >/sys/fs/cgroup/init/cgroup.procs || true # it may have ended meanwhile
    done </sys/fs/cgroup/cgroup.procs
    sed -e 's/ / +/g' -e 's/^/+/' </sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
  fi

  # Volumes with rshared need a shared root.
  mount --make-rshared /

  # A machine may offer only the older packet filter; two sets of tools for one kernel would not see each other.
  if [ -n "${DOCKER_IPTABLES_LEGACY:-}" ] || { ! iptables -nL >/dev/null 2>&1 && iptables-legacy -nL >/dev/null 2>&1; }; then
    update-alternatives --quiet --set iptables /usr/sbin/iptables-legacy
    update-alternatives --quiet --set ip6tables /usr/sbin/ip6tables-legacy
  fi
}

# A user namespace of this user's own, in which he is root: dockerd runs there and has no right outside it.
run_rootless() {
  mkdir -p "$run"
  export TINI_SUBREAPER=1 # docker-init is not PID 1 in there
  # shellcheck disable=SC2086 # a list of words
  exec rootlesskit \
    --net="${DOCKERD_ROOTLESS_ROOTLESSKIT_NET:-slirp4netns}" --mtu="${DOCKERD_ROOTLESS_ROOTLESSKIT_MTU:-1500}" \
    --port-driver="${DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER:-builtin}" --publish="0.0.0.0:$port:$port/tcp" \
    --disable-host-loopback --copy-up=/etc --copy-up=/run ${DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS:-} "$@"
}

port=2375
if [ $# -eq 0 ] || [ "${1#-}" != "$1" ]; then
  if [ -n "${DOCKER_TLS_CERTDIR:-}" ]; then
    port=2376
    certificates=$DOCKER_TLS_CERTDIR
    make_certificates
    set -- --host=tcp://0.0.0.0:$port --tlsverify --tlscacert "$certificates/server/ca.pem" \
      --tlscert "$certificates/server/cert.pem" --tlskey "$certificates/server/key.pem" "$@"
  else
    set -- --host=tcp://0.0.0.0:$port --tls=false "$@"
  fi
  set -- dockerd --host="unix://$run/docker.sock" "$@"
fi

if [ "$1" = dockerd ]; then
  # After a kill the old pid may belong to another process, and dockerd would refuse to start. The official image
  # forgets containerd.pid in the same place; so does this one, because a lesson shows what comes of it.
  find /run -iname 'docker*.pid' -delete || true
  # docker-init collects what nested containers leave behind; without it they stay as zombies.
  set -- docker-init -- "$@"
  [ "$uid" = 0 ] || run_rootless "$@"
  prepare_container
  exec "$@"
fi

exec docker-entrypoint.sh "$@"
