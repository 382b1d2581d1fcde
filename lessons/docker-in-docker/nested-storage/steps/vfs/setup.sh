#!/bin/sh
# The learner makes slow.
set -eu
docker image inspect docker:dind docker:cli >/dev/null
