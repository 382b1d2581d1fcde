#!/bin/sh
set -eu
dind stuck -v stuck-data:/var/lib/docker docker:dind
carry alpine stuck
