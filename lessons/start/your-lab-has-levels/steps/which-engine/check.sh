#!/bin/sh
# The answer is the ID of the host's engine.
set -u
require_host
given=$(answer engine)
[ -n "$given" ] || not_yet no-answer
[ "$given" != "$engine" ] || passed id="$(value "$given")"
[ "$given" != "$(hostname)" ] || not_yet host-name given="$(value "$given")"
! host inspect --type container "$given" >/dev/null 2>&1 || not_yet container-id given="$(value "$given")"
not_yet other-id given="$(value "$given")"
