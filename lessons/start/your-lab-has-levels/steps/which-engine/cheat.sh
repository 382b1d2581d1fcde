#!/bin/sh
# A name where an ID is asked for.
set -eu
hostname >/lab/a/engine
