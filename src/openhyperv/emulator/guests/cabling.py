"""The cables of one machine's network cards into the host's virtual switches."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping

from attrs import frozen

from openhyperv.emulator.guests.counters import NicCounters
from openhyperv.emulator.network.fabric import Fabric


@frozen
class Cabling:
    """A card's port is named by its ``device_id``; what the port lets through is decided elsewhere."""

    fabric: Fabric
    machine_guid: str

    def plug(self, device_id: str) -> socket.socket:
        """A cable; the card's end is returned."""
        return self.fabric.plug(self.machine_guid, device_id)

    def unplug(self, device_id: str) -> None:
        """Pull a cable out."""
        self.fabric.unplug(self.machine_guid, device_id)

    def counters(self, device_ids: Iterable[str]) -> Mapping[str, NicCounters]:
        """The traffic of cards since their cables were plugged in."""
        return {device_id: self._counters(device_id) for device_id in device_ids}

    def _counters(self, device_id: str) -> NicCounters:
        traffic = self.fabric.traffic(self.machine_guid, device_id)
        received, sent = traffic.received.total_bytes, traffic.sent.total_bytes
        return NicCounters(received, sent, traffic.metered_bytes)
