#!/bin/sh
# The step begins with the image alone: the learner makes docker0.
set -eu
docker image inspect docker >/dev/null 2>&1 || docker pull docker
