"""The virtual systems of a host, found by GUID."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.host.virtual_system import VirtualSystem


class Systems:
    """Every virtual system; use it under the host's lock."""

    def __init__(self) -> None:
        self._by_guid: dict[str, VirtualSystem] = {}

    def __iter__(self) -> Iterator[VirtualSystem]:
        return iter(list(self._by_guid.values()))

    def __len__(self) -> int:
        return len(self._by_guid)

    def find(self, guid: str) -> VirtualSystem | None:
        """The VM of that GUID, in any case of letters."""
        return self._by_guid.get(guid.lower())

    def add(self, system: VirtualSystem) -> None:
        """Take in a new VM."""
        self._by_guid[system.guid.lower()] = system

    def remove(self, system: VirtualSystem) -> None:
        """Forget a VM."""
        del self._by_guid[system.guid.lower()]
