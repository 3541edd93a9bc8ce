"""Markdown from values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\*<>\[\]`|])")


def escape(text: str) -> str:
    """The text as it is, whatever Markdown would make of its characters; one line."""
    return " ".join(_SPECIAL.sub(r"\\\1", text).split())


def code(text: str) -> str:
    """The text as code; a bar would end a table's cell."""
    return f"`{text}`".replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def block(text: str) -> str:
    """Text in a box, as it is."""
    return f"```text\n{text.rstrip()}\n```\n"
