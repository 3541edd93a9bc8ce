"""A process that dies at its n-th change to a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from attrs import define

SECTOR_BYTES = 512


class DiedError(BaseException):
    """No handler of ours may stop it, as none stops a lost power supply."""


@define
class Death:
    """Comes at change number ``at``; ``is_torn``: of that change, half of the sectors reach the disk."""

    at: int
    is_torn: bool
    changes: int = 0

    def is_now(self) -> bool:
        self.changes += 1
        return self.changes > self.at


@contextmanager
def dying(patch: pytest.MonkeyPatch, death: Death) -> Iterator[None]:
    """Let writes, truncations, links and renames come to an end."""
    write = os.pwrite

    def pwrite(descriptor: int, data: bytes | memoryview, offset: int) -> int:
        if death.is_now():
            half = len(data) // SECTOR_BYTES // 2 * SECTOR_BYTES
            if death.is_torn and death.changes == death.at + 1 and half:
                write(descriptor, memoryview(data)[:half], offset)
            raise DiedError
        return write(descriptor, data, offset)

    with patch.context() as patched:
        patched.setattr(os, "pwrite", pwrite)
        for name in ("ftruncate", "link", "replace"):
            patched.setattr(os, name, _until(death, getattr(os, name)))
        yield


def _until(death: Death, change: Callable[..., object]) -> Callable[..., object]:
    def limited(*arguments: object, **options: object) -> object:
        if death.is_now():
            raise DiedError
        return change(*arguments, **options)

    return limited


def every_death(
    patch: pytest.MonkeyPatch, work: Callable[[], None], *, is_torn: bool = False
) -> Iterator[None]:
    """Run ``work`` again and again, dying one change later each time; control returns after each death.

    Ends when ``work`` comes through alive.
    """
    at = 0
    while True:
        try:
            with dying(patch, Death(at, is_torn)):
                work()
        except DiedError:
            yield
            at += 1
            continue
        return
