#!/bin/sh
# A child of the engine as it is.
set -eu
run_in resolve child alpine sleep 9999
