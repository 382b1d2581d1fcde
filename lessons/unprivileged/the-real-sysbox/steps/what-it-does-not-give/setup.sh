#!/bin/sh
set -eu
unremap
sysbox_dind sysbox-dind
