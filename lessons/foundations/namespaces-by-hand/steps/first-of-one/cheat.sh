#!/bin/sh
# The process without the namespace.
set -eu
setsid sleep 777 </dev/null >/dev/null 2>&1 &
