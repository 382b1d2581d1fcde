#!/bin/sh
# A container that is promised 2 GiB takes what it can get. tail keeps its input in memory, and /dev/zero never ends.
set -eu
docker exec dind-lim docker rm -f greedy 2>/dev/null
docker exec dind-lim docker run -d --name greedy --memory 2g alpine sh -c 'tail /dev/zero; sleep 9999'
until docker exec dind-lim docker logs greedy 2>&1 | grep Killed; do sleep 1; done
