#!/bin/sh
# The learner makes the process.
set -eu
