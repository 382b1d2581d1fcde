#!/bin/sh
# What one expects of a Linux instead of what is there.
set -eu
mkdir -p /lab/a
echo systemd >/lab/a/init
