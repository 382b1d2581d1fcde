#!/bin/sh
set -eu
dind slow -v slowdr:/opt/dr docker:dind --data-root /opt/dr
