"""Nova's own test fixtures under pytest: API, conductor, scheduler, compute and placement in one process."""

from __future__ import annotations

import os

os.environ["OS_NOVA_DISABLE_EVENTLET_PATCHING"] = "true"  # read as Nova's tests are imported

import nova.tests.functional
from nova import test

assert nova.tests.functional, "has to be imported first: it decides that Nova runs on native threads"


def _forget(case: object, name: str) -> None:
    """Nova's tearDown deletes every attribute, and pytest then deletes its own once more."""
    vars(case).pop(name, None)


test.TestCase.__delattr__ = _forget
