#!/bin/sh
# The learner makes capped.
set -eu
docker image inspect alpine >/dev/null
