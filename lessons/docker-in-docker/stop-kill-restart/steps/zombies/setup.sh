#!/bin/sh
set -eu
dind stuck --tmpfs /run -v stuck-data:/var/lib/docker docker:dind
