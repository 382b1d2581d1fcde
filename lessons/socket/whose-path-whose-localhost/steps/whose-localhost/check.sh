#!/bin/sh
# The host answers on 8080 with web's host name, and the learner has fetched it.
set -u
require_host

[ "$(state_of docker0)" = running ] || not_yet no-docker0 state="$(state_of docker0)"
state=$(state_of web)
[ "$state" = running ] || not_yet no-web state="$state"
port=$(host port web 80/tcp 2>/dev/null | head -n 1)
[ -n "$port" ] || not_yet not-published
name=$(curl -s --max-time 2 http://127.0.0.1:8080/hostname)
[ "$name" = "$(host_name web)" ] || not_yet silent port="$(value "$port")"
page=$(answer page)
[ -n "$page" ] || not_yet no-answer
[ "$page" != "$(host_name docker0)" ] || not_yet own-name given="$page"
[ "$page" = "$name" ] || not_yet wrong-page given="$(value "$page")"
passed name="$name"
