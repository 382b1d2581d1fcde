#!/bin/sh
set -eu
dind dind-test docker:dind
