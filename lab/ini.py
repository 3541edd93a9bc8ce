"""Configuration files as oslo.config reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

Value = str | int | bool | Path | Sequence[str]
Section = Mapping[str, Value]
Sections = Mapping[str, Section]


def render(sections: Sections) -> str:
    """The text of a file; a sequence becomes a list, a dollar sign stays one."""
    return "\n".join(line for name, section in sections.items() for line in _lines(name, section))


def _lines(name: str, section: Section) -> Iterator[str]:
    yield f"[{name}]"
    for key, value in section.items():
        yield f"{key} = {_text(value)}"
    yield ""


def _text(value: Value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | Path():
            return str(value).replace("$", "$$")
        case _:
            return ",".join(value)
