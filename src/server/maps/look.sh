# Prints what there is to know of every Docker daemon that runs in L1 or anywhere inside it, one fact a line: `proc`,
# `ns`, `uid`, `memory`, `socket` are about processes, `daemon` is what a daemon answered, as JSON.
#
# Daemons are found as processes, since L1 sees those of all levels, and asked through their sockets by way of
# /proc/PID/root. So it needs no client in the container, and one that a learner has replaced changes nothing.
# Comes after sockets.sh. Arguments: containers shown per daemon, processes of daemons not to be asked.
most=$1
silent=" $2 "
answerS=1         # a daemon has this long for each of two questions
answerMost=4000000 # bytes of an answer; a longer one is cut and no JSON any more

# 1. The process table: daemons, shims, and their children, which are the first processes of containers.
table=$(grep -sE '^(Name|PPid|NSpid|Uid|CapBnd|Seccomp):' /proc/[0-9]*/status | awk -F '[/:]' '
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
  }')
echo "kernel $(uname -r)"
echo "$table"
of_kind() { echo "$table" | awk -v kinds="$1" 'index(kinds, $2) { print $3 }'; }
daemons=$(of_kind daemon)
boxes=$(of_kind 'daemon first')

# 2. What the kernel says of them: namespaces, id maps, memory.
paths() { for pid in $1; do echo "/proc/$pid/$2"; done; }
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

# 3. Which socket a container has mounted is told by device and inode: a path says nothing about who listens there.
mounted=$(awk '$5 ~ /\.sock$/ { split(FILENAME, part, "/"); print "/proc/" part[3] "/root" $5 }' $(paths "$boxes" mountinfo) 2>/dev/null)

ask() { # socket, path...
  socket=$1
  shift
  for path; do printf 'url = "http://docker%s"\n' "$path"; done |
    curl -s --max-time $answerS --unix-socket "$socket" -K - | head -c $answerMost
}

running='%7B%22status%22%3A%5B%22running%22%2C%22paused%22%2C%22restarting%22%5D%7D'
stopped='%7B%22status%22%3A%5B%22created%22%2C%22exited%22%2C%22dead%22%2C%22removing%22%5D%7D'

describe() { # pid, socket path
  first=$(ask "/proc/$1/root$2" /info /networks/bridge \
    "/containers/json?all=1&limit=$most&filters=$running" "/containers/json?all=1&limit=$most&filters=$stopped") || return 1
  ids=$(echo "$first" | jq -rs --argjson most "$most" '.[2] + .[3] | .[:$most][].Id | select(test("^[0-9a-f]{64}$"))') || return 1
  # shellcheck disable=SC2046,SC2086 # a list of ids
  each=$([ -z "$ids" ] || ask "/proc/$1/root$2" $(printf '/containers/%s/json ' $ids)) || return 1
  printf '%s\n%s\n' "$first" "$each" | jq -cs --argjson pid "$1" --arg socket "$2" \
    --arg args "$(tr '\0' '\n' <"/proc/$1/cmdline" | head -c 8192)" \
    --arg config "$(head -c 16384 "/proc/$1/root/etc/docker/daemon.json" 2>/dev/null)" "$trim"
}

# What the map needs of a daemon's answers, each string short enough to show.
trim='
  def short: tostring | .[:300];
  .[0] as $info | .[1] as $bridge | (.[4:] | map(select(type == "object" and .Id and .State))) as $all | {
    pid: $pid, socket: $socket, args: ($args / "\n"), config: ($config | fromjson? // {} | {dns, hosts, tls, tlsverify}),
    id: ($info.ID | short), version: ($info.ServerVersion | short), driver: ($info.Driver | short),
    backing: ([$info.DriverStatus[]? | select(.[0] == "Backing Filesystem") | .[1]] | first),
    root: ($info.DockerRootDir | short), runtime: ($info.DefaultRuntime | short), total: $info.Containers,
    security: [$info.SecurityOptions[]? | short],
    bridge: ($bridge.Options["com.docker.network.bridge.name"]), subnet: ($bridge.IPAM.Config[0].Subnet?),
    gateway: ($bridge.IPAM.Config[0].Gateway?), mtu: ($bridge.Options["com.docker.network.driver.mtu"]),
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
  }'

answers=$(mktemp -d /run/lab/look.XXXXXX) || exit 1
trap 'rm -rf "$answers"' EXIT
for pid in $daemons; do
  socket=$(socket_of "$pid")
  [ -n "$socket" ] || continue
  mounted="$mounted /proc/$pid/root$socket"
  case $silent in
    *" $pid "*) echo "silent $pid $socket" ;;
    *) { describe "$pid" "$socket" >"$answers/$pid" 2>/dev/null && [ -s "$answers/$pid" ] || echo "silent $pid $socket"; } & ;;
  esac
done
# shellcheck disable=SC2046,SC2086 # lists of paths
stat -L -c 'socket %d:%i %n' $mounted $(paths "$boxes" root/run/docker.sock) 2>/dev/null
wait
for pid in $daemons; do
  [ -s "$answers/$pid" ] && printf 'daemon ' && cat "$answers/$pid"
done
exit 0
