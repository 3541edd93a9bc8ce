"""The mark that says which of os-win's public methods a test proves.

    @proves("vmutils.VMUtils.create_vm", "vmutils.VMUtils.vm_exists")
    def test_...

Each name is ``module.Class.method`` with the class that defines the method. The table in
``docs/reference/os-win.md`` is made from these marks, and a test that passes without having called what it
claims to prove fails.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest


def proves(*methods: str) -> pytest.MarkDecorator:
    """Mark a test as the proof of these methods."""
    return pytest.mark.proves(*methods)


def claims_of(item: pytest.Item) -> set[str]:
    """The methods that a test is to prove."""
    return {name for mark in item.iter_markers("proves") for name in mark.args}


@contextmanager
def seeing_calls() -> Iterator[set[str]]:
    """Collect os-win's methods, as ``module.Class.method``, that this thread calls during the block."""
    called: set[str] = set()

    def see(frame: FrameType, _event: str, _argument: object) -> None:
        file = frame.f_code.co_filename
        if "/os_win/" in file:
            called.add(f"{Path(file).stem}.{frame.f_code.co_qualname}")

    before = sys.gettrace()
    sys.settrace(see)
    try:
        yield called
    finally:
        sys.settrace(before)
