#!/bin/sh
set -eu
unremap
