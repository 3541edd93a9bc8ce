"""The facts in the code that nobody outside confirms: the comments that mark them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

import openhyperv
from extension.markdown import code, escape, table

_PACKAGE = Path(openhyperv.__file__).parent
_MARK = re.compile(r"#\s*UNVERIFIED:\s*(?P<fact>.*)")
_COMMENT = re.compile(r"\s*#\s*(?P<text>.*)")


@frozen
class Fact:
    """One fact and the line that relies on it."""

    path: str
    line: int
    text: str

    @property
    def room(self) -> str:
        """The part of the package it stands in."""
        return self.path.partition("/")[0]


def find_facts() -> list[Fact]:
    """Every marked fact, by file and line."""
    return [fact for source in sorted(_PACKAGE.rglob("*.py")) for fact in _facts(source)]


def _facts(source: Path) -> Iterator[Fact]:
    lines = source.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if match := _MARK.search(line):
            stands_alone = line.lstrip().startswith("#")
            rest = list(_continued(lines[number + 1 :])) if stands_alone else []
            text = " ".join([match["fact"], *rest])
            yield Fact(source.relative_to(_PACKAGE).as_posix(), number + 1, text)


def _continued(lines: list[str]) -> Iterator[str]:
    """The comment's further lines."""
    for line in lines:
        match = _COMMENT.fullmatch(line)
        if match is None or _MARK.search(line):
            return
        yield match["text"]


def unverified_count() -> str:
    """How many there are."""
    return f"There are **{len(find_facts())}** of them."


def unverified_facts() -> str:
    """Each of them, by room."""
    facts = find_facts()
    parts = []
    for room in sorted({fact.room for fact in facts}):
        rows = [(code(f"{fact.path}:{fact.line}"), escape(fact.text)) for fact in facts if fact.room == room]
        parts += [f"## In `{room}/`\n", table(("where", "what is taken for a fact"), rows)]
    return "\n".join(parts)
