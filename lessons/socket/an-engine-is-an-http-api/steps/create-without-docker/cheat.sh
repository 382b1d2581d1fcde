#!/bin/sh
# The usual command, without a word about how.
set -eu
docker run -d --name curled alpine sleep 600
