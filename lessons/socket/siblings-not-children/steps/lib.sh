# shellcheck shell=sh
# docker0 commands the host's engine, and container3 was made from it.
siblings() {
  borrower docker0
  [ "$(state_of container3) $(maker_of container3)" != "running $(host_name docker0)" ] || return 0
  docker rm -f container3 >/dev/null 2>&1
  # shellcheck disable=SC2016 # filled in by the shell in docker0
  docker exec docker0 sh -c 'docker run -d --name container3 --label made-in=$(hostname) alpine sleep 3600' >/dev/null
}

# NAME: its label made-in, empty when it has none.
maker_of() { host inspect -f '{{index .Config.Labels "made-in"}}' "$1" 2>/dev/null; }
