# make demo    the main job, end to end, on an emulated host
# make test    all tests that need no OpenStack
# Both set up what they need: Debian packages and a .venv in this folder.

VENV := .venv
BIN  := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: help setup demo test check bench docs lock clean

help:
	@sed -n 's/^# //p' Makefile

setup: $(STAMP)

$(STAMP): tools/setup.sh uv.lock pyproject.toml
	sh tools/setup.sh $(VENV)
	@touch $@

demo: setup
	$(BIN)/python -m demo

test: setup check
	$(BIN)/pytest

check: setup
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m bench

docs: setup
	$(BIN)/sphinx-build -qWb html docs docs/_build

lock:
	$(BIN)/uv lock

clean:
	rm -rf $(VENV) build docs/_build
