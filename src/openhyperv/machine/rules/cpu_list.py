"""Lists of processors as extra specs write them."""

from __future__ import annotations

import re

from openhyperv.machine.violations import BrokenRuleError, Rule

_PART = re.compile(r"(\^?)(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)


def cpus_of(subject: str, text: str) -> frozenset[int]:
    """The processors of a list such as ``0-3,^2,6``, in which ``^`` leaves one out again.

    :raises BrokenRuleError: it is no such list, or names none
    """
    parts = [_part(subject, part) for part in text.split(",")]
    left_out = {cpu for is_left_out, cpus in parts if is_left_out for cpu in cpus}
    named = {cpu for is_left_out, cpus in parts if not is_left_out for cpu in cpus}
    if not named - left_out:
        raise _refusal(subject, f"{subject} is {text!r}, which names no processor.")
    return frozenset(named - left_out)


def cpus_text(cpus: frozenset[int]) -> str:
    """For people: ``0, 1, 5``."""
    return ", ".join(str(cpu) for cpu in sorted(cpus))


def _part(subject: str, text: str) -> tuple[bool, range]:
    match = _PART.fullmatch(text.strip())
    if match is None:
        raise _refusal(subject, f"{text!r} in {subject} is no processor, nor a range such as 0-3.")
    first = int(match[2])
    last = first if match[3] is None else int(match[3])
    if last < first:
        raise _refusal(subject, f"{text!r} in {subject} ends before it begins.")
    return bool(match[1]), range(first, last + 1)


def _refusal(subject: str, message: str) -> BrokenRuleError:
    return BrokenRuleError(Rule.NUMA_CPUS, subject, message, remedy="Write it as 0-3,^2,6.")
