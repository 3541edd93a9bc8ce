"""The general options of one call of ``hv``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from attrs import define, field


class Format(StrEnum):
    """How data is printed."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


@define
class Invocation:
    """The general options as given; None where they were not."""

    profile: str | None = None
    host: str | None = None
    port: int | None = None
    transport: str | None = None
    username: str | None = None
    password_file: Path | None = None
    authentication: str | None = None
    ca_file: Path | None = None
    smb_port: int | None = None
    format: Format = field(default=Format.TABLE, converter=Format)
    dry_run: bool = False
    trace: bool = False
    debug: bool = False
