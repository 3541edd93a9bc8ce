"""What the source's nova-compute tells the destination's, in the text that Nova passes on (``disk_info``).

Addresses and paths, no secrets: the destination reads the files with the account of its own host.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from attrs import evolve, frozen

from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.moving.baggage import Bag, Baggage
from openhyperv.machine.spec import Generation


@frozen
class Luggage:
    """The files of an instance, and the file service of the host that has them."""

    server: str
    port: int
    baggage: Baggage

    def files(self, own: HostFiles) -> HostFiles:
        """The source's files, by the account that ``own`` has."""
        return HostFiles(evolve(own.settings, server=self.server, port=self.port))


def to_disk_info(luggage: Luggage) -> str:
    """As Nova passes it on."""
    baggage = luggage.baggage
    return json.dumps(
        {
            "server": luggage.server,
            "port": luggage.port,
            "firmware_guid": str(baggage.firmware_guid),
            "generation": baggage.generation.value,
            "files": [_written(bag) for bag in baggage.bags],
        }
    )


def from_disk_info(text: str) -> Luggage:
    """What :func:`to_disk_info` has written, checked: paths are those of a host's own drives."""
    given: dict[str, Any] = json.loads(text)
    bags = tuple(_read(each) for each in given["files"])
    baggage = Baggage(UUID(given["firmware_guid"]), Generation(given["generation"]), bags)
    return Luggage(str(given["server"]), int(given["port"]), baggage)


def _written(bag: Bag) -> dict[str, Any]:
    return {
        "path": str(bag.path),
        "is_image": bag.is_image,
        "size_bytes": bag.size_bytes,
        "parent": None if bag.parent is None else str(bag.parent),
    }


def _read(given: dict[str, Any]) -> Bag:
    parent = given["parent"]
    return Bag(
        WindowsPath.parse(given["path"]),
        bool(given["is_image"]),
        given["size_bytes"],
        None if parent is None else WindowsPath.parse(parent),
    )
