"""What a host and the system inside a guest tell each other: key-value pairs and files."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path

from attrs import frozen

Items = Mapping[str, str]
"""Data by name."""


class Pool(IntEnum):
    """Whose key-value pairs they are, by the number that Linux's hv_kvp_daemon keeps them under."""

    HOST = 0
    """Given to this guest by the host's administrator."""
    GUEST = 1
    """Set inside the guest, for the host to read."""
    HOST_FACTS = 3
    """What a host tells every guest of itself."""


@frozen
class GuestReport:
    """What the system inside a guest said last: of itself, and because somebody inside asked it to."""

    intrinsic: Items
    items: Items


@frozen
class FileCopy:
    """A file of the host on its way into a guest; ``name`` is used where ``destination`` is a folder."""

    source: Path
    name: str
    destination: str
    overwrite: bool
    create_folders: bool
