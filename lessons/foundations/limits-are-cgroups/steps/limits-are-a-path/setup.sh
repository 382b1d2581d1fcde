#!/bin/sh
set -eu
running capped --memory 64m alpine sleep 3600
