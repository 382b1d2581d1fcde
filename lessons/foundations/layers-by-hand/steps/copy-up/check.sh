#!/bin/sh
# The overlay is mounted now, and a file that lies in the lower folder has been copied up and changed.
set -u
require_host
stack=/run/stack
kind=$(awk -v point=$stack/merged '$2 == point { kind = $3 } END { print kind }' /proc/mounts)
[ -n "$kind" ] || not_yet not-mounted
[ "$kind" = overlay ] || not_yet not-overlay kind="$(value "$kind")"
[ -f $stack/lower/f ] || not_yet no-lower
[ ! -c $stack/upper/f ] || not_yet deleted
[ -f $stack/upper/f ] || not_yet not-changed
if cmp -s $stack/upper/f $stack/lower/f || ! cmp -s $stack/upper/f $stack/merged/f; then not_yet not-changed; fi
passed file=f
