#!/bin/sh
# The right page from the wrong place: a sibling of node2 that only borrows its network.
set -eu
docker run -d --name pod --network container:node2 alpine httpd -f -p 8080 -h /etc
