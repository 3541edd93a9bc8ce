"""WQL's LIKE patterns (Microsoft, "LIKE Operator")."""

from __future__ import annotations

import re
from functools import lru_cache

_ANY_RUN = "%"
_ANY_ONE = "_"
_SET = re.compile(r"\[(?P<negated>\^?)(?P<members>[^\]]+)\]")
_RANGE = re.compile(r"(.)[-=](.)|(.)", re.DOTALL)


def like(pattern: str, text: str) -> bool:
    """True if the whole text fits the pattern, without regard to case.

    ``%`` stands for any characters, ``_`` for one, ``[a-f]`` and ``[abc]`` for one of a set, ``[^...]`` for
    one outside it; ``[%]`` is how to say a percent sign. A backslash stands for itself. Takes time
    proportional to the product of the two lengths at most, whatever the pattern.
    """
    return compile_like(pattern).fullmatch(text) is not None


def literal_prefix(pattern: str) -> str:
    """The text, in any case of letters, with which everything that fits the pattern begins."""
    return re.split(r"[%_\[]", pattern, maxsplit=1)[0]


@lru_cache(maxsize=256)
def compile_like(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression to be matched in full."""
    first, *rest = _runs(pattern)
    if not rest:
        return re.compile(first, re.IGNORECASE | re.DOTALL)
    # Atomic groups fix each middle part at its leftmost place: no backtracking over several ``%``.
    middle = "".join(f"(?>.*?{run})" for run in rest[:-1] if run)
    return re.compile(f"{first}{middle}.*{rest[-1]}", re.IGNORECASE | re.DOTALL)


def _runs(pattern: str) -> list[str]:
    """The parts between the ``%``, each as an expression of fixed length."""
    runs, position = [""], 0
    while position < len(pattern):
        character = pattern[position]
        member_set = _SET.match(pattern, position)
        if character == _ANY_RUN:
            runs.append("")
        elif member_set is None:
            runs[-1] += "." if character == _ANY_ONE else re.escape(character)
        else:
            runs[-1] += _set_expression(member_set)
        position = position + 1 if member_set is None else member_set.end()
    return runs


def _set_expression(member_set: re.Match[str]) -> str:
    members = ""
    for low, high, single in _RANGE.findall(member_set["members"]):
        if single:
            members += re.escape(single)
        elif low <= high:
            members += f"{re.escape(low)}-{re.escape(high)}"
    if not members:  # only ranges that run backwards, which hold nothing
        return "." if member_set["negated"] else r"(?!)"
    return f"[{member_set['negated']}{members}]"
