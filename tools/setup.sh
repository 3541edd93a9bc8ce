#!/bin/sh
# Make a checkout ready: Debian packages, then a virtual environment with what uv.lock says. Safe to repeat.
#   sh tools/setup.sh [VENV]
set -eu

venv=${1:-.venv}
uv_version=0.13.8
packages="python3-venv python3-dev gcc libkrb5-dev
  qemu-system-x86 qemu-utils ovmf swtpm
  mtools syslinux syslinux-common xorriso
  samba samba-common-bin smbclient curl
  krb5-kdc krb5-admin-server krb5-user ${EXTRA_PACKAGES:-}"

missing_packages() {
    for package in $packages; do
        status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
        [ "$status" = installed ] || printf '%s ' "$package"
    done
}

install_packages() {
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "These Debian packages are missing. Install them once, then run the same command again:" >&2
        echo "  sudo apt-get install --no-install-recommends $missing" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=900 update
    # shellcheck disable=SC2086  # a list of package names
    apt-get -qq -o DPkg::Lock::Timeout=900 install -y --no-install-recommends $missing
}

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    install_packages
else
    echo "This is not a Debian machine: going on without installing packages." >&2
    echo "Demo and tests want: qemu 7.2 or later, OVMF, swtpm, mtools, syslinux, xorriso, Samba, MIT Kerberos." >&2
fi

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or later is needed; python3 is $(python3 --version 2>&1)." >&2
    exit 1
}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip --quiet --disable-pip-version-check install "uv==$uv_version"
UV_PROJECT_ENVIRONMENT="$venv" "$venv/bin/uv" sync --frozen --quiet --group docs
