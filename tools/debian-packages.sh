#!/bin/sh
# Given names of Debian packages, install those that are missing when root; say which are missing when not.
set -eu
missing=""
for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q "install ok installed" || missing="$missing $name"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "stockbridge: this is no Debian; install these yourself if you need them:$missing" >&2
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "stockbridge: not root, so these Debian packages were not installed:$missing" >&2
    echo "stockbridge: ask an administrator for: apt-get install$missing   (what needs them is skipped until then)" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
