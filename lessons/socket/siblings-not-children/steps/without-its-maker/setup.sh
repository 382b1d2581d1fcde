#!/bin/sh
set -eu
siblings
