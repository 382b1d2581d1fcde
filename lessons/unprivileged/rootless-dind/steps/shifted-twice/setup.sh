#!/bin/sh
set -eu
unremap
rootless_dind
