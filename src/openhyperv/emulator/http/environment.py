"""Environment variables through which libraries must be configured because nothing else is offered.

Such a variable belongs to the whole process. Several listeners may hold one at a time as long as they agree
on its value; the last to let go puts back what was there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from attrs import define

from openhyperv.errors import InvalidInputError


@define
class _Claim:
    value: str
    before: str | None
    holders: int = 0


_claims: dict[str, _Claim] = {}
_lock = Lock()


@contextmanager
def claimed(variable: str, value: str) -> Iterator[None]:
    """Hold a variable at a value.

    :raises InvalidInputError: another part of the process holds it at another value
    """
    _take(variable, value)
    try:
        yield
    finally:
        _give_back(variable)


def _take(variable: str, value: str) -> None:
    with _lock:
        claim = _claims.setdefault(variable, _Claim(value, os.environ.get(variable)))
        if claim.value != value:
            raise InvalidInputError(
                f"{variable} is in use with another value in this process.",
                remedy="Run the second emulated host in a process of its own.",
            )
        claim.holders += 1
        os.environ[variable] = value


def _give_back(variable: str) -> None:
    with _lock:
        claim = _claims[variable]
        claim.holders -= 1
        if claim.holders:
            return
        del _claims[variable]
        if claim.before is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = claim.before
