#!/bin/sh
# container3 runs in dind-test and the host does not know it. "Runs" is what the kernel says: a process one level
# further down whose PID in dind-test is the one that the inner engine names.
set -u
require_host

state=$(state_of dind-test)
[ "$state" = running ] || not_yet no-dind state="$state"
id=$(engine_id dind-test)
[ -n "$id" ] || not_yet no-dind state=silent
[ "$id" != "$engine" ] || not_yet same-engine id="$id"

on_host=$(state_of container3)
if ! nested=$(inner dind-test inspect -f '{{.State.Status}}' container3); then
  [ "$on_host" = missing ] || not_yet on-host state="$on_host"
  if ! inner dind-test image inspect alpine >/dev/null; then
    host image inspect alpine >/dev/null 2>&1 || not_yet image-gone
    not_yet no-image
  fi
  not_yet no-container3 running="$(inner dind-test ps -q | grep -c .)"
fi
[ "$nested" = running ] || not_yet stopped state="$nested"
[ "$on_host" = missing ] || not_yet twice
pids=$(nested_pids dind-test container3) || not_yet stopped state=no-process
passed pids="$(value "$pids")"
