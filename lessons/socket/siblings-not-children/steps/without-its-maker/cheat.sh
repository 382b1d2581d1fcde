#!/bin/sh
# Both away, and a container of the right name afterwards.
set -eu
docker rm -f docker0 container3
docker run -d --name container3 alpine sleep 3600
