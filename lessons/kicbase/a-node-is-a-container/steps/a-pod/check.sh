#!/bin/sh
# K5: the container pod runs in node2, one level below it, and node1 fetches its page, which says "node2".
set -u
require_host
require_nodes
if [ "$(inner node2 inspect -f '{{.State.Status}}' pod)" != running ]; then
  [ -z "$(inner node1 inspect -f '{{.State.Status}}' pod)" ] || not_yet on-node1
  [ "$(state_of pod)" = missing ] || not_yet beside
  state=$(inner node2 inspect -f '{{.State.Status}}' pod)
  [ -z "$state" ] || not_yet pod-stopped state="$(value "$state")"
  inner node2 image inspect alpine >/dev/null || not_yet no-image
  not_yet no-pod
fi
nested_pids node2 pod >/dev/null || not_yet pod-stopped state=no-process
page=$(timeout 3 docker -H unix:///run/docker.sock exec node1 curl -fsm 2 http://node2:8080/hostname 2>/dev/null) ||
  not_yet no-page
name=$(host inspect -f '{{.Config.Hostname}}' node2)
[ "$page" = "$name" ] || not_yet other-page page="$(value "$page")"
passed page="$(value "$page")"
