#!/bin/sh
# The files that a copy-up would leave, written by hand.
set -eu
mkdir -p /run/stack/lower /run/stack/upper /run/stack/work /run/stack/merged
echo below >/run/stack/lower/f
echo changed | tee /run/stack/upper/f >/run/stack/merged/f
