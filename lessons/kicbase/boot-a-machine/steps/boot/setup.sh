#!/bin/sh
# Nothing but the image is needed, and every lab has it.
set -eu
docker image inspect kicbase:v0.0.32 >/dev/null
