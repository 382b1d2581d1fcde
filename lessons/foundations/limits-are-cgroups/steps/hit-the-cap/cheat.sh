#!/bin/sh
# The limit without the overrun.
set -eu
docker run -d --name capped --memory 64m alpine sleep 3600
