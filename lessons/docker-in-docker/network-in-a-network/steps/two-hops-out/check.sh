#!/bin/sh
# N1: whoever asks port 18080 of the host is answered by a container in outer, with its own host name.
set -u
require_host
require_nested outer
host port outer 2>/dev/null | grep -q ':18080$' || not_yet not-published
answer=$(curl -s -m 2 http://127.0.0.1:18080/ 2>/dev/null | head -n 1 | tr -d '\r')
[ -n "$answer" ] || not_yet no-answer
inner outer ps --format '{{.ID}}' | grep -qxF "$answer" || not_yet other-answer answer="$(value "$answer")"
passed answer="$(value "$answer")"
