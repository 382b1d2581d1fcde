#!/bin/sh
# Read the name of process 1 in plain, and note it.
set -eu
docker exec plain cat /proc/1/comm > /lab/a/init
cat /lab/a/init
