# shellcheck shell=sh
# The first sleep 777 that has two PIDs and no container around it; fails when there is none.
handmade() {
  for _pid in $(pgrep -fx 'sleep 777'); do
    if [ "$(numbers "$_pid")" = 2 ] && ! in_container "$_pid"; then echo "$_pid" && return; fi
  done
  return 1
}

# PID: in how many PID namespaces it is visible, from here inwards.
numbers() { awk '/^NSpid:/ { print NF - 1 }' "/proc/$1/status" 2>/dev/null; }

# PID: lives in the cgroup of a container.
in_container() { grep -q /docker/ "/proc/$1/cgroup" 2>/dev/null; }
