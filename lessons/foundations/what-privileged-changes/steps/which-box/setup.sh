#!/bin/sh
set -eu
mkdir -p /lab/a
two_boxes
