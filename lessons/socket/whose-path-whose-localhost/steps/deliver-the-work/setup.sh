#!/bin/sh
# docker0 like the container of a CI job: what it works on is mounted under a name of its own.
set -eu
mkdir -p "/srv/job"
[ "$(cat "/srv/job/.attempt" 2>/dev/null)" = "$LAB_NONCE" ] || {
  head -c 24 /dev/urandom | base64 >"/srv/job/in.txt"
  rm -f "/srv/job/out.txt"
  echo "$LAB_NONCE" >"/srv/job/.attempt"
}
case $(host inspect -f '{{range .Mounts}}{{.Source}}:{{.Destination}} {{end}}' docker0 2>/dev/null) in
  *"/srv/job:/job "*) ;;
  *) docker rm -f docker0 >/dev/null 2>&1 ;;
esac
borrower docker0 -v "/srv/job:/job"
