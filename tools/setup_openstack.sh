#!/bin/sh
# Make a checkout ready for a real OpenStack: Debian packages, then a virtual environment with what
# lab/requirements.txt says and this package as it is now. Safe to repeat.
#   sh tools/setup_openstack.sh [VENV] [VENV OF OPENSTACK]
set -eu

venv=${1:-.venv}
openstack=${2:-.venv-openstack}

# What runs guests and builds them, and the uv that installs the rest.
EXTRA_PACKAGES="mariadb-server-core mariadb-client-core rabbitmq-server memcached openvswitch-switch" sh "$(dirname "$0")/setup.sh" "$venv"

[ -x "$openstack/bin/python" ] || "$venv/bin/uv" venv --quiet --python python3 "$openstack"
"$venv/bin/uv" pip sync --quiet --python "$openstack/bin/python" lab/requirements.txt
# Not editable: Nova finds drivers in its own folder only, and that is where one file of ours has to lie.
"$venv/bin/uv" pip install --quiet --python "$openstack/bin/python" --no-deps --reinstall .
