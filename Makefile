# make demo            the main job, end to end, on an emulated host
# make test            all tests that need no OpenStack
# make test-openstack  the tests of the Nova driver and the Neutron agent, with OpenStack's own services
# make openstack       a real OpenStack on this machine, above two emulated hosts; openstack-down stops it
# All set up what they need: Debian packages, and virtual environments in this folder.

VENV := .venv
BIN  := $(VENV)/bin
STAMP := $(VENV)/.ready
OPENSTACK := .venv-openstack
OPENSTACK_STAMP := $(OPENSTACK)/.ready
HOSTS := --host hv1=2025 --host hv2=2025
SOURCES := $(shell find src -type f -not -name '*.pyc')

.PHONY: help setup setup-openstack demo test test-openstack check bench docs lock lock-openstack openstack openstack-down check-openstack tempest tempest-ci clean

help:
	@sed -n 's/^# //p' Makefile

setup: $(STAMP)

$(STAMP): tools/setup.sh uv.lock pyproject.toml
	sh tools/setup.sh $(VENV)
	@touch $@

setup-openstack: $(OPENSTACK_STAMP)

$(OPENSTACK_STAMP): tools/setup.sh tools/setup_openstack.sh lab/requirements.txt pyproject.toml $(SOURCES)
	sh tools/setup_openstack.sh $(VENV) $(OPENSTACK)
	@touch $@

demo: setup
	$(BIN)/python -m demo

test: setup check
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadscope

test-openstack: setup-openstack
	$(OPENSTACK)/bin/pytest -c tests_openstack/pytest.ini -n 2 --dist loadscope tests_openstack/nova tests_openstack/lab
	$(OPENSTACK)/bin/pytest -c tests_openstack/neutron/pytest.ini tests_openstack/neutron
	$(OPENSTACK)/bin/pytest -c tests_openstack/neutron/pytest.ini tests_openstack/placement

check: setup
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m bench

docs: setup
	$(BIN)/sphinx-build -qWb html docs docs/_build

openstack: setup-openstack
	$(OPENSTACK)/bin/python -m lab up

# Shows what the lab is for: a guest with Secure Boot, a refused VHD, a host that is too old.
check-openstack: setup-openstack
	$(OPENSTACK)/bin/python -m lab up --guests qemu $(HOSTS) --host hv3=2012R2
	$(OPENSTACK)/bin/python -m lab check

# All of Tempest's compute API and all that an OpenStack Powered Compute cloud has to pass; an hour or more.
tempest: setup-openstack
	$(OPENSTACK)/bin/python -m lab up --guests none $(HOSTS)
	$(OPENSTACK)/bin/python -m lab tempest --report docs/reference/tempest.md
	$(OPENSTACK)/bin/python -m lab up --guests qemu
	$(OPENSTACK)/bin/python -m lab tempest --only guest --report docs/reference/tempest.md

# What of it runs on every change.
tempest-ci: setup-openstack
	$(OPENSTACK)/bin/python -m lab up --guests none $(HOSTS)
	$(OPENSTACK)/bin/python -m lab tempest --only ci

openstack-down:
	$(OPENSTACK)/bin/python -m lab down

lock:
	$(BIN)/uv lock

lock-openstack: setup
	$(BIN)/uv pip compile --quiet --python-version 3.11 --all-extras pyproject.toml lab/requirements.in -o lab/requirements.txt

clean:
	[ ! -d .lab ] || $(OPENSTACK)/bin/python -m lab clean --all
	rm -rf $(VENV) $(OPENSTACK) build docs/_build
