# shellcheck shell=sh
# What the lesson's scripts share.

# NAME: its engine answers and is not the host's; ends the check when not.
require_nested() {
  _state=$(state_of "$1")
  [ "$_state" = running ] || not_yet no-outer name="$1" state="$_state"
  _id=$(engine_id "$1")
  [ -n "$_id" ] || not_yet starting name="$1"
  [ "$_id" != "$engine" ] || not_yet same-engine name="$1" id="$_id"
}

# NAME OPTION…: a network of the host; one that is there is kept.
network() {
  host network inspect "$1" >/dev/null 2>&1 || { _name=$1 && shift && host network create "$@" "$_name" >/dev/null; }
}
