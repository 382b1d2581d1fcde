#!/bin/sh
set -eu
machine virtualvm1 -p 20022:22
