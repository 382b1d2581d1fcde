#!/bin/sh
set -eu
remap
