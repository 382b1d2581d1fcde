#!/bin/sh
set -eu
dind dind-test -v dind-cache:/var/lib/docker docker:dind
carry alpine dind-test
