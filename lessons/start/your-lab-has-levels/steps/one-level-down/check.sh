#!/bin/sh
# The answer is the host name that the engine gave to a container of this lab, and that container is gone again.
set -u
require_host
given=$(answer name)
[ -n "$given" ] || not_yet no-answer
[ "$given" != "$(hostname)" ] || not_yet host-name given="$(value "$given")"
was_container "$given" || not_yet unknown-container given="$(value "$given")"
! host inspect --type container "$given" >/dev/null 2>&1 || not_yet still-there given="$(value "$given")"
passed name="$(value "$given")"
