#!/bin/sh
# The name without the runtime.
set -eu
dind sysbox-dind docker:dind
