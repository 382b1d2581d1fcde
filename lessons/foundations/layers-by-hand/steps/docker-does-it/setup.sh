#!/bin/sh
set -eu
running box alpine sleep 3600
