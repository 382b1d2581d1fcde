#!/bin/sh
set -eu
dind dind-test docker:dind
run_in dind-test container3 alpine sleep 4321
mkdir -p /lab/a
