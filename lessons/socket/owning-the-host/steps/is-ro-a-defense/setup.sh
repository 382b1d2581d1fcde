#!/bin/sh
set -eu
borrower docker0
