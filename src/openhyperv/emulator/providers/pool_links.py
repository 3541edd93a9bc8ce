"""From the host's pools to the settings of what machines have of them."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import links
from openhyperv.emulator.host.configuration import Configuration
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.providers.links import link
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath


class PoolLinkProvider:
    """Msvm_ResourceAllocationFromPool; every setting takes from the primordial pool of its kind."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @links("Msvm_ResourceAllocationFromPool")
    def allocations(self, end: ObjectPath) -> Iterator[Instance]:
        """Touching one setting, or everything that takes from one pool."""
        place = self._host.systems.locate(str(end.key("InstanceID")))
        if place is not None:
            if place.resource is not None:
                yield from self._allocation(place.configuration, place.resource)
            return
        for configuration in self._host.systems.configurations():
            for resource in configuration.resources():
                if resource.kind.pool is not None and resource.kind.pool.path == end:
                    yield from self._allocation(configuration, resource)

    def _allocation(self, configuration: Configuration, resource: Resource) -> Iterator[Instance]:
        if resource.kind.pool is not None:
            setting = self._host.views.path(configuration, resource)
            ends = {"Antecedent": resource.kind.pool.path, "Dependent": setting}
            yield link("Msvm_ResourceAllocationFromPool", ends)
