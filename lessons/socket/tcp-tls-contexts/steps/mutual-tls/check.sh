#!/bin/sh
# S6: at port 2376 the host's engine answers who has a certificate, and nobody else; nor does anybody get in without TLS.
set -u
require_host

for plain in 2375 2376; do
  [ "$(curl -s --max-time 2 "http://127.0.0.1:$plain/_ping")" != OK ] || not_yet plain port="$plain"
done
stranger=$(curl -sk --max-time 2 https://127.0.0.1:2376/_ping)
code=$?
[ "$code" != 7 ] || not_yet no-port
[ "$stranger" != OK ] || not_yet no-verify
for file in ca cert key; do
  [ -s "$files/$file.pem" ] || not_yet no-files file="$files/$file.pem"
done

said=$(secured info -f '{{.ID}}' 2>&1)
case $said in
  "$engine") passed id="$said" ;;
  *SAN* | *'valid for'*) not_yet wrong-name ;;
  *'unknown authority'*) not_yet other-ca ;;
  *'remote error'*) not_yet client-refused ;;
  ????????-????-????-????-????????????) not_yet other-engine id="$said" ;;
  *) not_yet no-answer ;;
esac
