#!/bin/sh
# A password as people choose them.
set -eu
echo hunter2 > /lab/a/secret
