#!/bin/sh
# Both names, and the mask of a plain box that stands in every tutorial.
set -eu
echo box-a box-b 00000000a80425fb >/lab/a/box
