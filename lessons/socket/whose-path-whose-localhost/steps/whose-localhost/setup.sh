#!/bin/sh
# A web container of an earlier entry is kept when it still serves; the learner makes it.
set -eu
borrower docker0
mkdir -p /lab/a
