#!/bin/sh
# The learner makes the folders and mounts them.
set -eu
