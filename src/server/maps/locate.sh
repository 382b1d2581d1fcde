# Prints what is needed to know where the lab's shells stand: the processes of all levels, which L1 sees, and which
# daemon owns which container. Comes after sockets.sh. One fact a line, its kind first.

for file in /run/lab/terminals/*.pid; do
  read -r pid <"$file" && name=${file##*/} && echo "terminal ${name%.pid} $pid"
done 2>/dev/null

cat /proc/[0-9]*/stat 2>/dev/null | sed 's/^/stat /'
stat -L -c 'mount %i %n' /proc/[0-9]*/ns/mnt 2>/dev/null

daemons=
shims=
for file in $(grep -slE '^(docker|dockerd|containerd-shim.*)$' /proc/[0-9]*/comm); do
  folder=${file%/comm}
  pid=${folder#/proc/}
  read -r name <"$file" || continue
  case $name in
    dockerd) daemons="$daemons $pid" ;;
    docker) printf 'client %s %s\n' "$pid" "$(tr '\0\n' '\037 ' <"$folder/cmdline" | head -c 4096)" ;;
    *) shims="$shims $pid" && echo "shim $pid $(tr '\0' '\n' <"$folder/cmdline" | sed -n '/^-id$/{n;p;q;}')" ;;
  esac
done 2>/dev/null

for pid in $daemons; do
  path=$(socket_of "$pid")
  [ -n "$path" ] || continue
  stat -L -c "listens $pid %d:%i" "/proc/$pid/root$path"
  echo "daemon $pid $(curl -s --max-time 1 --unix-socket "/proc/$pid/root$path" 'http://docker/containers/json?all=0' |
    jq -c '[.[:200][] | {id: .Id, name: (.Names[0] // "" | ltrimstr("/"))}]')"
done 2>/dev/null

# The daemon that `docker` reaches from a container is told by the socket's device and inode, not by its path.
for shim in 1 $shims; do
  for pid in $([ "$shim" = 1 ] && echo 1 || cat "/proc/$shim/task/$shim/children"); do
    # An absolute link would lead into L1.
    path=/proc/$pid/root/run/docker.sock
    [ -S "$path" ] || [ -L "/proc/$pid/root/var/run" ] || path=/proc/$pid/root/var/run/docker.sock
    stat -L -c "reaches $pid %d:%i" "$path"
  done
done 2>/dev/null
exit 0
