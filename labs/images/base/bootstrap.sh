#!/bin/sh
# Writes a minimal Debian as a tar archive to standard output: the stand-in for debian:trixie-slim on a machine that
# reaches a package mirror but no registry. The mirror is the one that this machine's own apt uses.
set -eu

suite=trixie

# deb822 first (Debian 12 and later), then the one-line format; cdrom: and other odd lines are passed over.
mirror=$(
  {
    cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -n 's/^URIs:[[:space:]]*//p'
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb[[:space:]]\{1,\}\(\[[^]]*\][[:space:]]*\)\{0,1\}//p'
  } | tr -s '[:blank:]' '\n' | grep -m 1 -E '^https?://[^ ]*/debian/?$' || true
)
if [ -z "$mirror" ]; then
  echo 'No Debian mirror in /etc/apt: add a line such as "deb <mirror>/debian trixie main".' >&2
  exit 3
fi

# As root mmdebstrap mounts proc, sys and dev in its folder, in the namespace it was started in, and leaves them there
# when it is killed: whoever then clears the folder away deletes through them. So root gets namespaces of its own, and
# mounts and processes end together: pdeathsig ends unshare with the platform, kill-child ends the rest with unshare.
fence=
if [ "$(id -u)" = 0 ]; then
  fence='unshare --mount --propagation private --pid --fork --kill-child=KILL --mount-proc'
fi

# force-unsafe-io: nothing here has to outlive a power cut half done. Manuals and translations are 30 MB nobody reads.
# shellcheck disable=SC2086 # a list of words
exec setpriv --pdeathsig KILL $fence mmdebstrap \
  --variant=minbase \
  --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --include=ca-certificates \
  "$suite" - "$mirror"
