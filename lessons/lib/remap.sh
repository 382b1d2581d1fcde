# shellcheck shell=sh
# --- The host's engine with user namespaces (userns-remap) or without

# The host's engine maps users.
is_remapped() { host info -f '{{.SecurityOptions}}' 2>/dev/null | grep -q name=userns; }

# For setups: turn it on or off; the engine is started again only where that changes something.
remap() { is_remapped || _set_remap '."userns-remap" = "default"'; }
unremap() { ! is_remapped || _set_remap 'del(."userns-remap")'; }
_set_remap() {
  _config=$(jq "$1" /etc/docker/daemon.json)
  echo "$_config" >/etc/docker/daemon.json
  service docker restart >&2
}
