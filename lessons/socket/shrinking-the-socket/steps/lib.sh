# shellcheck shell=sh
# What the client in a container says, its errors, too; by its own way to an engine, whatever that is.
from() { _from=$1 && shift && timeout 4 docker -H unix:///run/docker.sock exec "$_from" docker "$@" 2>&1; }
