"""Sizes and times as people write and read them."""

from __future__ import annotations

import re

import click

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}


class Size(click.ParamType[int]):
    """A number of bytes: ``20G``, ``512M``, ``1.5T``; units are powers of 1024."""

    name = "SIZE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d{1,12}(?:\.\d{1,3})?)([KMGT]?)(?:iB|B)?", str(value), re.IGNORECASE)
        if match is None:
            self.fail(f"{value!r} is no size such as 20G or 512M", param, ctx)
        return int(float(match[1]) * _UNITS[match[2].upper()])


def size_text(size_bytes: int) -> str:
    """``20 GiB``, ``1.5 MiB``, ``17 B``."""
    for unit in ("TiB", "GiB", "MiB", "KiB"):
        scale = _UNITS[unit[0]]
        if size_bytes >= scale:
            return f"{size_bytes / scale:.1f}".removesuffix(".0") + f" {unit}"
    return f"{size_bytes} B"


def duration_text(seconds: float) -> str:
    """``3d 04:05:06``, ``04:05:06``; empty for none."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:02}:{minutes:02}:{rest:02}"
    return f"{days}d {clock}" if days else clock if seconds >= 1 else ""
