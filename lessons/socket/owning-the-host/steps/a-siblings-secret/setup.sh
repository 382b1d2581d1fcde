#!/bin/sh
# victim has a password that is in no text.
set -eu
borrower docker0
[ "$(state_of victim)" = running ] || {
  docker rm -f victim >/dev/null 2>&1
  password=$(head -c 9 /dev/urandom | base64 | tr '+/' 'xy')
  docker run -d --name victim -e "DB_PASSWORD=$password" alpine sleep infinity >/dev/null
}
mkdir -p /lab/a
