"""Which files the machines of a host need: those in their drives, and what these build on."""

from __future__ import annotations

from collections.abc import Iterable

from openhyperv.cim.session import Session
from openhyperv.errors import InvalidInputError, NotFoundError
from openhyperv.hyperv.disks.disk_files import format_of
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks
from openhyperv.hyperv.names import STORAGE_SETTINGS
from openhyperv.hyperv.values import texts
from openhyperv.wire.wql import select


def files_in_drives(session: Session) -> list[str]:
    """The files in drives of machines and of their checkpoints, in one query."""
    query = select(STORAGE_SETTINGS, "HostResource")
    return [file for medium in session.query(query) for file in texts(medium, "HostResource")]


def with_parents(disks: VirtualDisks, files: Iterable[str]) -> frozenset[str]:
    """Files and whatever they build on, in lower case; one request for each disk. Missing ones end a chain.

    :raises HyperVError: a disk does not tell what it builds on, so nothing can be said
    """
    needed: set[str] = set()
    for file in files:
        path = file
        while path and path.lower() not in needed:
            needed.add(path.lower())
            path = _parent(disks, path)
    return frozenset(needed)


def _parent(disks: VirtualDisks, path: str) -> str:
    try:
        format_of(path)
        return disks.inspect(path).parent
    except (InvalidInputError, NotFoundError):  # an ISO or a disk of the host, or nothing any more
        return ""
