#!/bin/sh
# Computed on the host, where the file lies anyway.
set -eu
(sha256sum < /srv/job/in.txt; hostname) > /srv/job/out.txt
