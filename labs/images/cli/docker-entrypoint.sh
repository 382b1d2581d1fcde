#!/bin/sh
# Same behaviour as the official image's entrypoint: `docker run docker ps` means `docker ps`, and without a socket
# the client looks for a rootless daemon's, then for a daemon on the host named "docker", by TLS when the certificates
# are there.
set -eu

if [ "${1#-}" != "$1" ]; then
  set -- docker "$@"
elif [ $# -gt 0 ] && docker help "$1" >/dev/null 2>&1; then
  set -- docker "$@"
fi

has_certificates() {
  [ -n "${DOCKER_TLS_CERTDIR:-}" ] && [ -s "$DOCKER_TLS_CERTDIR/client/ca.pem" ] &&
    [ -s "$DOCKER_TLS_CERTDIR/client/cert.pem" ] && [ -s "$DOCKER_TLS_CERTDIR/client/key.pem" ]
}

if [ -z "${DOCKER_HOST:-}" ] && [ ! -S /var/run/docker.sock ]; then
  rootless=/run/user/$(id -u)/docker.sock
  if [ -S "$rootless" ]; then
    export DOCKER_HOST="unix://$rootless"
  elif has_certificates || [ -n "${DOCKER_TLS_VERIFY:-}" ]; then
    export DOCKER_HOST=tcp://docker:2376
  else
    export DOCKER_HOST=tcp://docker:2375
  fi
fi

case ${DOCKER_HOST:-} in
  tcp:*)
    if [ -z "${DOCKER_TLS_VERIFY:-}${DOCKER_CERT_PATH:-}" ] && has_certificates; then
      export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$DOCKER_TLS_CERTDIR/client"
    fi
    ;;
esac

if [ "${1:-}" = dockerd ]; then
  echo 'This image has no daemon: use docker:dind (and --privileged).' >&2
  exit 1
fi

exec "$@"
