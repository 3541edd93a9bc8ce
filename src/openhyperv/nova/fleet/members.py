"""The hosts of a fleet: one configuration file each, in one directory."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

SUFFIX = ".conf"


@frozen
class Member:
    """A host; ``name`` is its compute service's, ``digest`` changes with its file."""

    name: str
    file: Path
    digest: str


def members_of(directory: Path) -> Mapping[str, Member]:
    """Every ``<name>.conf`` of the directory, by name.

    :raises OSError: the directory or a file cannot be read
    """
    files = sorted(file for file in directory.iterdir() if file.suffix == SUFFIX)
    return {member.name: member for member in map(_member, files)}


def _member(file: Path) -> Member:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Member(file.name.removesuffix(SUFFIX), file, digest)
