# shellcheck shell=sh
# What the steps share: two boxes of which one is privileged.

# NAME: "true" or "false", whether it is privileged; fails when it does not run.
privileged() {
  [ "$(state_of "$1")" = running ] && host inspect -f '{{.HostConfig.Privileged}}' "$1"
}

# box-a and box-b; which one is privileged, the attempt's nonce decides. A right pair is kept.
two_boxes() {
  case "$(privileged box-a) $(privileged box-b)" in 'true false' | 'false true') return ;; esac
  docker rm -fv box-a box-b >/dev/null 2>&1
  case ${LAB_NONCE:-0} in
    *[02468aceACE]) _a=--privileged _b=--privileged=false ;;
    *) _a=--privileged=false _b=--privileged ;;
  esac
  docker run -d --name box-a "$_a" alpine sleep 3600 >/dev/null
  docker run -d --name box-b "$_b" alpine sleep 3600 >/dev/null
}

# PID: its effective capabilities, hexadecimal, without leading zeros.
mask_of() { awk '/^CapEff:/ { sub("^0+", "", $2); print $2 }' "/proc/$1/status"; }
