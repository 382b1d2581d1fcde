#!/bin/sh
# A child in a new PID namespace, with a /proc of its own, in the background.
set -eu
unshare -f -p --mount-proc sleep 777 > /dev/null 2>&1 &
until pgrep -fx 'sleep 777'; do sleep 1; done
grep NSpid "/proc/$(pgrep -fx 'sleep 777' | tail -n 1)/status"
