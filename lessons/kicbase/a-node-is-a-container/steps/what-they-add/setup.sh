#!/bin/sh
set -eu
make_nodes
