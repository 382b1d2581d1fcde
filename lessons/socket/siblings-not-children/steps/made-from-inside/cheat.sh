#!/bin/sh
# The same command at the host's prompt.
set -eu
docker run -d --name container3 --label "made-in=$(hostname)" alpine sleep 3600
