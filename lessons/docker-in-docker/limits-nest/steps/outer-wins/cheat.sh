#!/bin/sh
# The limits are as they should be, and nothing has ever reached them.
set -eu
docker exec dind-lim docker run -d --name greedy --memory 2g alpine sleep 9999
