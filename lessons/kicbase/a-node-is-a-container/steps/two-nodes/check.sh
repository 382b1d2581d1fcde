#!/bin/sh
# K5, first half: node1 and node2 are machines with engines of their own, and node1 finds node2.
set -u
require_host
require_nodes
passed
