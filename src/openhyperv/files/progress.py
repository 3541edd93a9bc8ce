"""How far a long piece of work is."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias


class Phase(StrEnum):
    """What is being done with a file's bytes."""

    HASH = "hash"
    CONVERT = "convert"
    COMPARE = "compare"
    SEND = "send"
    READ_BACK = "read back"


Progress: TypeAlias = Callable[[Phase, int, int], None]
"""Called with the phase, the bytes done and the bytes in all; from any thread, one call at a time.

An error that it raises ends the work, and comes out of it.
"""


def no_progress(phase: Phase, done_bytes: int, total_bytes: int) -> None:
    """For those who do not want to know."""
