#!/bin/sh
# container3 runs in dind-test and the host does not know it. "Runs" is what the kernel says: a process whose PID in
# dind-test is the one that the inner engine names, and which is PID 1 of a namespace one level further down.
set -u

host() { docker -H unix:///run/docker.sock "$@"; }
not_yet() { echo "$@"; exit 10; }
impossible() { echo "$@"; exit 20; }

engine=$(host info -f '{{.ID}}' 2>/dev/null)
[ -n "$engine" ] || not_yet host-down

box=$(host inspect -f '{{.State.Pid}} {{.State.Status}}' dind-test 2>/dev/null) || not_yet no-dind state=missing
pid=${box% *}
[ "${box#* }" = running ] || not_yet no-dind state="${box#* }"
# /run, not /var/run: where that is an absolute link it would lead back to the host's socket.
inner() { timeout 3 docker -H "unix:///proc/$pid/root/run/docker.sock" "$@" 2>/dev/null; }
id=$(inner info -f '{{.ID}}')
[ -n "$id" ] || not_yet no-dind state=silent
[ "$id" != "$engine" ] || not_yet same-engine id="$id"

on_host=$(host inspect -f '{{.State.Status}}' container3 2>/dev/null)
if ! nested=$(inner inspect -f '{{.State.Pid}} {{.State.Status}}' container3); then
  [ -z "$on_host" ] || not_yet on-host state="$on_host"
  if ! inner image inspect alpine >/dev/null; then
    host image inspect alpine >/dev/null 2>&1 || impossible image-gone
    not_yet no-image
  fi
  not_yet no-container3 running="$(inner ps -q | grep -c .)"
fi
[ "${nested#* }" = running ] || not_yet stopped state="${nested#* }"
[ -z "$on_host" ] || not_yet twice

# NSpid: seen from the host, from dind-test, from container3.
pids=$(cat /proc/[0-9]*/status 2>/dev/null |
  awk -v p="${nested% *}" '/^NSpid:/ && NF == 4 && $3 == p && $4 == 1 { print $2 "," $3 "," $4; exit }')
[ -n "$pids" ] || not_yet stopped state=no-process
echo passed pids="$pids"
