#!/bin/sh
# The mirror is set, but the image came in by a pipe.
set -eu
dind puller docker:dind --registry-mirror http://172.17.0.1:5000
carry alpine puller
