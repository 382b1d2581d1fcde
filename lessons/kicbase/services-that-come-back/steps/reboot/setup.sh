#!/bin/sh
set -eu
machine virtualvm1 -v vm1:/var -p 127.0.0.1:20022:22
if [ -z "$(hello_link)" ] || ! hello_runs; then make_hello; fi
