#!/bin/sh
# Ask the engine for the one field, and note it.
set -eu
docker info -f '{{.ID}}' > /lab/a/engine
cat /lab/a/engine
