#!/bin/sh
# K2 but for the driver: systemd is PID 1 of virtualvm1, sshd listens, and an engine answers that is not the host's.
set -u
require_host
require_machine virtualvm1
passed id="$(engine_id virtualvm1)"
