"""The host as a Msvm_ComputerSystem of its own."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import COMPUTER_SYSTEM, system_path
from openhyperv.emulator.providers.elements import ENABLED, HEALTHY
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


class HostSystemProvider:
    """The host's own Msvm_ComputerSystem; virtual machines come from another provider."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.path = system_path(host.name)

    @instances_of(COMPUTER_SYSTEM, is_announced=True)
    def systems(self) -> Iterator[Instance]:
        """The host alone."""
        yield self._instance()

    @lookup(COMPUTER_SYSTEM)
    def system(self, path: ObjectPath) -> Instance | None:
        """The host, if it is meant."""
        return self._instance() if path == self.path else None

    def _instance(self) -> Instance:
        values: dict[str, Value] = {
            **HEALTHY,
            **ENABLED,
            "CreationClassName": COMPUTER_SYSTEM,
            "Name": self._host.name,
            "ElementName": self._host.name,
            "Caption": "Hosting Computer System",
            "Description": "Microsoft Hosting Computer System",
            "NumberOfNumaNodes": self._host.hardware.numa_nodes,
            "ResetCapability": 1,
        }
        return Instance(COMPUTER_SYSTEM, values, path=self.path)
