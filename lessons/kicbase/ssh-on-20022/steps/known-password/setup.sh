#!/bin/sh
set -eu
machine virtualvm1 -p 127.0.0.1:20022:22
