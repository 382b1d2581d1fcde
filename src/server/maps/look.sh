# Prints one JSON document: every daemon that can be found from L1, with its containers.
# Runs in L1 by the read-only toolkit; $1 is how many containers are shown per daemon.
max=$1
docker_in() { # docker as seen in a chain of containers
  if [ -z "$chain" ]; then docker "$@"; else docker exec "$chain" docker "$@"; fi
}

look() { # level, chain
  chain=$2
  info=$(docker_in info -f '{{json .}}' 2>/dev/null) || return 1
  [ -n "$info" ] || return 1
  ids=$(docker_in ps -aq --no-trunc 2>/dev/null | head -n "$max")
  total=$(docker_in ps -aq 2>/dev/null | wc -l)
  # shellcheck disable=SC2086 # a list of ids
  all=$([ -n "$ids" ] && docker_in inspect $ids 2>/dev/null || echo '[]')
  printf '%s\n%s\n%s\n' "$info" "${all:-[]}" "$total" | jq -cs --argjson level "$1" --arg chain "$2" '
    .[0] as $info | .[1] as $all | .[2] as $total | {
      chain: $chain, id: $info.ID, version: $info.ServerVersion, driver: $info.Driver, level: $level,
      omitted: ([$total - ($all | length), 0] | max),
      containers: [$all[] | {
        name: (.Name | ltrimstr("/")), id: .Id, image: .Config.Image, state: .State.Status,
        privileged: .HostConfig.Privileged, pid: .State.Pid,
        socket: ([.Mounts[]? | select(.Source | test("/docker\\.sock$"))] | length > 0)
      }]
    }'
}

# NSpid of every process, once: "host-pid … inner-pid cgroup-less", for the chains of PIDs.
nspids() { grep -h '^NSpid:' /proc/[0-9]*/status 2>/dev/null | sed 's/^NSpid:[[:space:]]*//'; }

host=$(look 1 '') || exit 1
echo "$host"
echo "$host" | jq -r '.containers[] | select(.state == "running") | "\(.name) \(.pid)"' | while read -r name pid; do
  # A container with a daemon of its own has a process called dockerd in its PID namespace.
  space=$(readlink "/proc/$pid/ns/pid")
  for comm in $(grep -lx dockerd /proc/[0-9]*/comm 2>/dev/null); do
    if [ "$(readlink "${comm%/comm}/ns/pid")" = "$space" ]; then
      look 2 "$name"
      break
    fi
  done
done
nspids | jq -R -s -c '{nspids: [split("\n")[] | select(. != "") | [splits("[[:space:]]+") | tonumber]]}'
