#!/bin/sh
# The answer is the password that victim was started with.
set -u
require_host

[ "$(state_of docker0)" = running ] || not_yet no-docker0 state="$(state_of docker0)"
secret=$(host inspect -f '{{range .Config.Env}}{{println .}}{{end}}' victim 2>/dev/null | sed -n 's/^DB_PASSWORD=//p')
[ -n "$secret" ] || impossible no-victim
given=$(answer secret)
[ -n "$given" ] || not_yet no-answer
[ "$given" != "$secret" ] || passed
case $given in
  *"$secret"*) not_yet whole-line ;;
  *) not_yet wrong given="$(value "$given")" ;;
esac
