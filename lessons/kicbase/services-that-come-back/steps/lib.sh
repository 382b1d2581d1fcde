# shellcheck shell=sh
# Of the unit `hello` in virtualvm1: setups make it, checks read it.

# FIELD: what systemd says of it.
hello() { timeout 3 docker -H unix:///run/docker.sock exec virtualvm1 systemctl show -P "$1" hello 2>/dev/null; }

# Whether a process runs in its group, as the kernel says.
# shellcheck disable=SC2013 # they are paths
hello_runs() {
  _container=$(host inspect -f '{{.Id}}' virtualvm1)
  for _file in /proc/[0-9]*/cgroup; do
    grep -qs "$_container.*/hello.service$" "$_file" && return
  done
  return 1
}

# The link by which it starts with the machine; empty when it is not enabled.
hello_link() { find "$(root_of virtualvm1)/etc/systemd/system" -path '*.wants/hello.service' 2>/dev/null | head -n 1; }

make_hello() {
  docker exec -i virtualvm1 sh -c 'cat >/etc/systemd/system/hello.service' <<'UNIT'
[Unit]
Description=Says hello every five seconds

[Service]
ExecStart=/bin/sh -c 'while echo hello; do sleep 5; done'
Restart=always

[Install]
WantedBy=multi-user.target
UNIT
  docker exec virtualvm1 systemctl enable --now hello 2>/dev/null
}
