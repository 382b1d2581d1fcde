#!/bin/sh
set -eu
network outer-net
dind resolve --network outer-net docker:dind
carry alpine resolve
