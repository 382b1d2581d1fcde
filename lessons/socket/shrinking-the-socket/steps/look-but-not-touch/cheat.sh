#!/bin/sh
# The real socket: the list is right, and everything else is possible, too.
set -eu
docker run -d --name limited -v /var/run/docker.sock:/var/run/docker.sock docker sleep infinity
