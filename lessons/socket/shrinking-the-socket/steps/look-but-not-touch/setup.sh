#!/bin/sh
set -eu
docker image inspect docker >/dev/null 2>&1 || docker pull docker
