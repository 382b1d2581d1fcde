# For each line that it reads it prints what there is to know of every Docker daemon that runs in L1 or anywhere inside
# it, one fact a line: `proc`, `ns`, `uid`, `memory`, `socket` are about processes, `daemon` is what a daemon answered, as
# JSON; then `end`. A line says whether what seldom changes is asked anew (`anew`, else `kept`), then the processes of
# daemons not to be asked at all. Being there already is half of being quick: beginning an exec takes as long as a look.
#
# Daemons are found as processes, since L1 sees those of all levels, and asked through their sockets by way of
# /proc/PID/root. So it needs no client in the container, and one that a learner has replaced changes nothing.
# Comes after sockets.sh. Argument: containers shown per daemon.
most=$1
answerS=1          # a daemon has this long for one answer
answersS=3         # and this long for all that it is asked
answerMost=4000000 # bytes of its answers; what is longer is cut and no JSON any more
set -o pipefail
answers=$(mktemp -d /run/lab/look.XXXXXX) || exit 1
trap 'rm -rf "$answers"' EXIT

# The process table: daemons, shims, and their children, which are the first processes of containers.
processes() {
  grep -sE '^(Name|PPid|NSpid|Uid|CapBnd|Seccomp):' /proc/[0-9]*/status | awk -F '[/:]' '
    { value = $0; sub(/^[^:]*:[^:]*:[ \t]*/, "", value); pid = $3; seen[pid] = 1; of[pid, $5] = value }
    END {
      for (pid in seen) {
        name = of[pid, "Name"]; parent = of[pid, "PPid"]
        kind = name == "dockerd" ? "daemon" : of[parent, "Name"] ~ /^containerd-shim/ ? "first" : name ~ /^containerd-shim/ ? "shim" : "other"
        if (name == "dockerd" && of[parent, "Name"] == "dockerd") kind = "other"
        split(of[pid, "Uid"], uid, /[ \t]+/)
        gsub(/[ \t]+/, " ", of[pid, "NSpid"])
        print "proc", kind, pid, parent, uid[1], of[pid, "CapBnd"], of[pid, "Seccomp"], of[pid, "NSpid"]
      }
    }'
}
of_kind() { echo "$table" | awk -v kinds="$1" 'index(kinds, $2) { print $3 }'; }
paths() { for pid in $1; do echo "/proc/$pid/$2"; done; }

# What the kernel says of daemons and first processes: namespaces, id maps, memory.
kernel() {
  # shellcheck disable=SC2046 # lists of paths without spaces
  {
    stat -L -c 'ns %i %n' $(paths "$(of_kind 'daemon first shim')" ns/pid)
    grep -sHm 1 . $(paths "$boxes" uid_map) | awk '{ sub(/\/uid_map:/, " "); sub(/^\/proc\//, ""); print "uid", $1, $2, $3, $4 }'
  } 2>/dev/null
  for pid in $boxes; do
    while IFS=: read -r _ controller group; do
      case $controller in
        memory) set -- "/sys/fs/cgroup/memory$group/memory.limit_in_bytes" "/sys/fs/cgroup/memory$group/memory.usage_in_bytes" ;;
        '') set -- "/sys/fs/cgroup$group/memory.max" "/sys/fs/cgroup$group/memory.current" ;;
        *) continue ;;
      esac
      read -r limit <"$1" && read -r used <"$2" && echo "memory $pid $limit $used" && break
    done <"/proc/$pid/cgroup"
  done 2>/dev/null
}

# Which socket a container reaches is told by device and inode: a path says nothing about who listens there. It may be
# mounted itself, or lie in a folder that is, or in a whole root. A link would lead into L1, as /var/run often is one.
mounted() {
  # shellcheck disable=SC2046 # lists of paths without spaces
  awk '
    $5 ~ /^\/(proc|sys|dev|etc)(\/|$)/ || $5 ~ /\/(overlay2|containers|netns)\// { next }
    { split(FILENAME, part, "/"); place = "/proc/" part[3] "/root" ($5 == "/" ? "" : $5) }
    $5 ~ /\.sock$/ { print place; next }
    { print place "/docker.sock"; print place "/run/docker.sock" }' $(paths "$boxes" mountinfo) 2>/dev/null |
    while read -r path; do
      [ -S "$path" ] && [ ! -L "${path%/*}" ] && echo "$path"
    done
}

ask() { # socket, path...
  socket=$1
  shift
  for path; do printf 'url = "http://docker%s"\n' "$path"; done |
    curl -s --fail-early --max-time $answerS --unix-socket "$socket" -K - | head -c $answerMost
}

running='%7B%22status%22%3A%5B%22running%22%2C%22paused%22%2C%22restarting%22%5D%7D'
stopped='%7B%22status%22%3A%5B%22created%22%2C%22exited%22%2C%22dead%22%2C%22removing%22%5D%7D'

lists="/containers/json?all=1&limit=$most&filters=$running /containers/json?all=1&limit=$most&filters=$stopped"

describe() { # pid, socket path
  kept=$answers/$1.kept
  at=/proc/$1/root$2
  # Starting curl is what takes time: mostly there are the containers that were there before, and one is enough.
  read -r before 2>/dev/null <"$kept.ids"
  # shellcheck disable=SC2046,SC2086 # lists of paths
  ask_all() { ask "$at" $lists $([ -z "$1" ] || printf '/containers/%s/json ' $1); }
  answer=$(ask_all "$before") || return 1
  ids=$(echo "$answer" | head -n 2 | grep -o '"Id":"[0-9a-f]\{64\}"' | head -n "$most" | cut -d '"' -f 4 | tr '\n' ' ')
  ids=${ids% }
  [ "$ids" = "$before" ] || { answer=$(ask_all "$ids") && echo "$ids" >"$kept.ids"; } || return 1
  # Only /info counts what is not listed; it is dear, the daemon runs three programs for it.
  if [ "$how" = anew ] || [ ${#ids} -ge $((most * 65 - 1)) ] || [ ! -s "$kept" ]; then
    ask "$at" /info /networks/bridge | jq -cs --argjson pid "$1" --arg socket "$2" \
      --arg args "$(tr '\0' '\n' <"/proc/$1/cmdline" | head -c 8192)" \
      --arg config "$(head -c 16384 "/proc/$1/root/etc/docker/daemon.json" 2>/dev/null)" "$ofDaemon" >"$kept" || return 1
  fi
  { cat "$kept" && echo "$answer"; } | jq -rs --argjson most "$most" "$ofContainers"
}

# What the map needs of a daemon's answers, each string short enough to show.
ofDaemon='
  def short: tostring | .[:300];
  .[0] as $info | .[1] as $bridge | if $info.ID then {
    pid: $pid, socket: $socket, args: ($args / "\n"), config: ($config | fromjson? // {} | {dns, hosts, tls, tlsverify}),
    id: ($info.ID | short), version: ($info.ServerVersion | short), driver: ($info.Driver | short),
    backing: ([$info.DriverStatus[]? | select(.[0] == "Backing Filesystem") | .[1]] | first),
    root: ($info.DockerRootDir | short), runtime: ($info.DefaultRuntime | short), total: $info.Containers,
    security: [$info.SecurityOptions[]? | short],
    bridge: ($bridge.Options["com.docker.network.bridge.name"]), subnet: ($bridge.IPAM.Config[0].Subnet?),
    gateway: ($bridge.IPAM.Config[0].Gateway?), mtu: ($bridge.Options["com.docker.network.driver.mtu"])
  } else error("no daemon") end'
ofContainers='
  def short: tostring | .[:300];
  .[0] as $daemon | [.[1, 2][].Id] as $listed | (.[3:] | map(select(type == "object" and .Id and .State))) as $all |
  $daemon + (if ($listed | length) < $most then {total: ($listed | length)} else {} end) + {
    containers: [$all[] | {
      id: .Id, created: .Created, name: (.Name | ltrimstr("/") | short), image: (.Config.Image | short), state: .State.Status, pid: .State.Pid,
      exitCode: .State.ExitCode, health: .State.Health.Status, privileged: .HostConfig.Privileged,
      security: [.HostConfig.SecurityOpt[]? | short], runtime: .HostConfig.Runtime, memory: .HostConfig.Memory,
      hostPid: (.HostConfig.PidMode == "host"), hostNetwork: (.HostConfig.NetworkMode == "host"),
      mounts: [.Mounts[]? | {type: .Type, source: (.Source | short), name: .Name, to: (.Destination | short), writable: .RW}][:40],
      ports: [.NetworkSettings.Ports // {} | to_entries[] | .key as $inner | .value[]? | select(.HostIp != "::") | "\(.HostIp):\(.HostPort)→\($inner)"][:20],
      addresses: [.NetworkSettings.Networks[]? | .IPAddress, .Aliases[]?, .DNSNames[]? | select(. != null and . != "") | short][:20],
      env: [.Config.Env[]? | select(startswith("DOCKER_")) | short][:10]
    }]
  } | "daemon " + tojson'

look() { # anew or kept, processes not to be asked
  how=$1
  table=$(processes)
  boxes=$(of_kind 'daemon first')
  listening= asked= jobs=
  for pid in $(of_kind daemon); do
    read -r socket 2>/dev/null <"$answers/$pid.socket" && [ -S "/proc/$pid/root$socket" ] || {
      rm -f "$answers/$pid".*
      socket=$(socket_of "$pid")
      [ -n "$socket" ] && echo "$socket" >"$answers/$pid.socket" || continue
    }
    listening="$listening /proc/$pid/root$socket" asked="$asked $pid"
    case " $2 " in
      *" $pid "*) ;;
      *) describe "$pid" "$socket" >"$answers/$pid.answer" 2>/dev/null & jobs="$jobs $!" ;;
    esac
  done
  # shellcheck disable=SC2086 # a list of processes
  (trap 'kill $!' TERM; sleep $answersS & wait $! && kill $jobs) >/dev/null 2>&1 &
  alarm=$!
  echo "kernel $(uname -r)"
  echo "$table"
  kernel
  # shellcheck disable=SC2046,SC2086 # lists of paths
  stat -L -c 'socket %d:%i %n' $listening $(mounted) 2>/dev/null
  # shellcheck disable=SC2086 # a list of processes
  [ -z "$jobs" ] || wait $jobs
  kill $alarm
  for pid in $asked; do
    { [ -s "$answers/$pid.answer" ] && cat "$answers/$pid.answer"; } || echo "silent $pid $(cat "$answers/$pid.socket")"
  done
  rm -f "$answers"/*.answer
}

while read -r how silent; do
  look "$how" "$silent" </dev/null
  echo end
done
