"""Requests written as one would say them, and the whole answer to those that are refused."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from openhyperv.errors import HyperVError, MachineRuleError, UnsupportedError
from openhyperv.machine import host_version
from openhyperv.machine.design import design_machine
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.machine.violations import BrokenRuleError

from .requests import request

RELEASES = {
    "2012": host_version.WINDOWS_2012,
    "2012R2": host_version.WINDOWS_2012_R2,
    "2016": host_version.WINDOWS_2016,
    "2019": host_version.WINDOWS_2019,
    "2022": host_version.WINDOWS_2022,
    "2025": host_version.WINDOWS_2025,
}
UNSUPPORTED = "unsupported"
_GENERATIONS = {"gen1": "hyperv-gen1", "gen2": "hyperv-gen2"}


def asking(release: str, words: str, **changes: Any) -> MachineRequest:
    """A machine of 4 processors and 4096 MiB on that release.

    ``words`` are ``gen1`` or ``gen2``, image properties, and extra specs, which have a colon in their names.
    """
    image, extra_specs = {}, {}
    for word in shlex.split(words):
        name, _, value = word.partition("=")
        if name in _GENERATIONS:
            name, value = "hw_machine_type", _GENERATIONS[name]
        (extra_specs if ":" in name else image)[name] = value
    size = {"vcpus": 4, "memory_mb": 4096, **changes}
    return request(image, extra_specs, host=RELEASES[release], **size)


def granted(release: str, words: str, **changes: Any) -> MachineSpec:
    """The machine."""
    return design_machine(asking(release, words, **changes))


def refused(release: str, words: str, **changes: Any) -> tuple[str, str]:
    """The rule that is broken, or ``unsupported``, and the whole text with its remedy."""
    with pytest.raises((MachineRuleError, UnsupportedError)) as caught:
        granted(release, words, **changes)
    error: HyperVError = caught.value
    name = error.rule.value if isinstance(error, BrokenRuleError) else UNSUPPORTED
    return name, " ".join(filter(None, (error.message, error.remedy)))


def cases(table: str) -> list[tuple[str, str, str, str]]:
    """The rows of a table: release, words, rule and text.

    A row begins with its release and its words; the indented lines below have the rule, a colon and the text.
    """
    rows: list[list[str]] = []
    for line in filter(None, table.splitlines()):
        if line[0] == " ":
            rows[-1].append(line.strip())
        else:
            rows.append([line])
    return [_case(first, " ".join(rest)) for first, *rest in rows]


def _case(first: str, answer: str) -> tuple[str, str, str, str]:
    release, _, words = first.partition(" ")
    rule, _, text = answer.partition(": ")
    return release, words.strip(), rule, text
