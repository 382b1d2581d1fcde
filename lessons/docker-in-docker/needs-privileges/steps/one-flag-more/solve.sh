#!/bin/sh
# The image once more, with the one flag that the first step lacked.
set -eu
docker rm -fv dind-test 2>/dev/null
docker run -itd --name dind-test --privileged docker:dind
until docker exec dind-test docker ps 2>/dev/null; do sleep 1; done
