#!/bin/sh
set -eu
remap
unprivileged
delegated
run_in ud deep alpine sleep 4321
