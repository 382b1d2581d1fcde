#!/bin/sh
set -eu
dind dind-lim --memory 300m --pids-limit 200 docker:dind
carry alpine dind-lim
