#!/bin/sh
# Ask a container for its host name; --rm removes it when its command ends.
set -eu
docker run --rm alpine hostname > /lab/a/name
cat /lab/a/name
