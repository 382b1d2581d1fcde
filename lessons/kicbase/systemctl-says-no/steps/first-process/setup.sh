#!/bin/sh
set -eu
mkdir -p /lab/a
if [ -z "$(pid_of plain)" ]; then
  docker rm -fv plain >/dev/null 2>&1
  docker run -d --name plain --entrypoint sleep kicbase:v0.0.32 3600 >/dev/null
fi
