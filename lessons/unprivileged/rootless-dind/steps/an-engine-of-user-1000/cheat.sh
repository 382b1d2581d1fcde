#!/bin/sh
# An engine in a container, but root's.
set -eu
dind rl docker:dind
