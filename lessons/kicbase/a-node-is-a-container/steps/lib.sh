# shellcheck shell=sh
# Of the two nodes: setups make them, checks require them.

# Ends a check without two booted machines, each with an engine of its own, of which node1 finds node2 by its name.
require_nodes() {
  require_machine node1
  require_machine node2
  [ "$(engine_id node1)" != "$(engine_id node2)" ] || not_yet same-id
  timeout 3 docker -H unix:///run/docker.sock exec node1 getent hosts node2 >/dev/null 2>&1 || not_yet no-name
}

make_nodes() {
  docker network inspect kube >/dev/null 2>&1 || docker network create kube >/dev/null
  for _node in node1 node2; do
    # One beside the network is made anew.
    docker inspect -f '{{json .NetworkSettings.Networks}}' "$_node" 2>/dev/null | grep -q '"kube"' ||
      docker rm -fv "$_node" >/dev/null 2>&1
    machine "$_node" --hostname "$_node" --network kube --tmpfs /tmp --tmpfs /run -v "$_node:/var"
  done
}
