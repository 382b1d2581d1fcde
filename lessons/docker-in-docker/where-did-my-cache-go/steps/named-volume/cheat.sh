#!/bin/sh
# The volume is there, and so is the image, but it has survived nothing.
set -eu
dind dind-test -v dind-cache:/var/lib/docker docker:dind
carry alpine dind-test
