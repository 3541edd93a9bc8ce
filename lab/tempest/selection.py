"""Which tests are run: by the guideline's list, by package, or the fixed subset for every change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path

from lab.tempest.results import Outcome, Result

_HERE = Path(__file__).parent
_IDENTIFIER = re.compile(r"id-[0-9a-f-]{36}")
_COMPUTE = "tempest.api.compute."


class Selection(StrEnum):
    """A set of tests that has a name."""

    CI = "ci"
    REQUIRED = "required"
    COMPUTE = "compute"
    ALL = "all"
    FAILED = "failed"
    GUEST = "guest"


def required_identifiers() -> frozenset[str]:
    """The tests that an OpenStack Powered Compute cloud has to pass, whatever they are called today."""
    return frozenset(line.split()[0] for line in _lines("powered_compute.txt"))


def is_required(test: str) -> bool:
    """Whether a test, by its full name, is on the guideline's list."""
    return any(found in _REQUIRED for found in _IDENTIFIER.findall(test))


def is_of_compute(test: str) -> bool:
    """Whether a test is one of the compute API."""
    return test.startswith(_COMPUTE)


def needs_guest(test: str) -> bool:
    """Whether a test reads what a guest prints, which servers do not that are states only."""
    return test.startswith(_COMPUTE) and "console_output" in test


def _is_for_ci(test: str) -> bool:
    return any(pattern.search(test) for pattern in _CI)


def _lines(name: str) -> Iterable[str]:
    lines = (_HERE / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


_REQUIRED = required_identifiers()
_CI = [re.compile(line) for line in _lines("ci.txt")]
_CHOOSE: dict[Selection, Callable[[str], bool]] = {
    Selection.CI: _is_for_ci,
    Selection.REQUIRED: is_required,
    Selection.COMPUTE: is_of_compute,
    Selection.GUEST: needs_guest,
    Selection.ALL: lambda test: is_required(test) or is_of_compute(test),
}


def choose(tests: Iterable[str], selection: Selection, latest: Iterable[Result] = ()) -> list[str]:
    """The tests of a selection, in the order given; ``latest`` tells which failed."""
    if selection is Selection.FAILED:
        failed = {result.test for result in latest if result.outcome is Outcome.FAILED}
        return [test for test in tests if test in failed]
    return list(filter(_CHOOSE[selection], tests))
