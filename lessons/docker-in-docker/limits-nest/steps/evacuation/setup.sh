#!/bin/sh
set -eu
docker image inspect docker:dind >/dev/null
