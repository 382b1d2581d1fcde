#!/bin/sh
# D3: with job's certificate, the engine in some-docker answers on 2376 as `docker`; without one it refuses, and 2375 is
# closed. We connect ourselves, with the files that job has.
set -u
require_host

ask() { # ask URL CURL-ARG…: the ID of the engine that answers there
  _url=$1
  shift
  curl -s -m 2 --resolve "docker:2376:$address" "$@" "$_url/info" 2>/dev/null | jq -r '.ID // empty' 2>/dev/null
}
# shellcheck disable=SC2016 # the template's variables
networks_of() { host inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}' "$1"; }

state=$(state_of some-docker)
[ "$state" = running ] || not_yet no-server state="$state"
id=$(engine_id some-docker)
[ -n "$id" ] || not_yet starting
[ "$id" != "$engine" ] || not_yet same-engine id="$id"

state=$(state_of job)
[ "$state" = running ] || not_yet no-job state="$state"
shared=
for network in $(networks_of some-docker); do
  case " $(networks_of job)" in *" $network "*) [ "$network" = bridge ] || shared=$network ;; esac
done
[ -n "$shared" ] || not_yet other-network
attached() { host inspect -f "{{with index .NetworkSettings.Networks \"$shared\"}}{{$1}}{{end}}" some-docker; }
address=$(attached .IPAddress)

[ -z "$(ask "http://$address:2375")" ] || not_yet plain-port
[ -z "$(ask "https://$address:2376" -k)" ] || not_yet anybody
case " $(attached 'join .Aliases " "') $(attached 'join .DNSNames " "') " in
  *' docker '*) ;;
  *) not_yet no-alias network="$(value "$shared")" ;;
esac

files=$(root_of job)/certs/client
for file in ca cert key; do [ -s "$files/$file.pem" ] || not_yet no-certificate; done
seen=$(ask https://docker:2376 --cacert "$files/ca.pem" --cert "$files/cert.pem" --key "$files/key.pem")
[ "$seen" = "$id" ] || not_yet other-certificate
passed id="$id"
