"""Values of the library as JSON and YAML know them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TypeAlias

import attrs

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


def plain(value: object) -> Plain:
    """Classes become objects of their fields, enums words, times ISO 8601; paths and versions are texts."""
    if isinstance(value, Set):
        return [plain(each) for each in sorted(value)]
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    kind = type(value)
    if attrs.has(kind) and kind.__str__ is object.__str__:
        names = [each.name for each in attrs.fields(kind)]
        return {name: plain(getattr(value, name)) for name in names if not name.startswith("_")}
    return _plain_scalar(value)


def _plain_scalar(value: object) -> Plain:
    match value:
        case StrEnum():
            return value.value
        case IntEnum():
            return value.name.lower()
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
    return str(value)
