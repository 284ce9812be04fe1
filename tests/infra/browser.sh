#!/bin/bash
# Have a Chromium, to look at rendered comments with: the one there is, else Debian's. Prints where it is.
set -euo pipefail
fail() { echo "browser.sh: $*" >&2; exit 1; }

for name in chromium chromium-browser google-chrome; do
    if command -v "$name"; then exit 0; fi
done
command -v apt-get > /dev/null || fail 'there is no Chromium, and no apt-get to install one with: install it, then try again'
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo 'browser.sh: there is no Chromium; installing Debian'"'"'s' >&2
apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; }
apt_get update > "$log" 2>&1 || true    # one unreachable source of several is no reason to stop
apt_get install -y --no-install-recommends chromium fonts-dejavu-core fonts-noto-color-emoji >> "$log" 2>&1 ||
    { tail -n 5 "$log" >&2; fail 'apt could not install chromium'; }
command -v chromium
