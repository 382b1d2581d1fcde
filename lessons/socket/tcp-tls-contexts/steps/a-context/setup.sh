#!/bin/sh
set -eu
secure
