"""From the host's pools to the settings of what machines have of them."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import links
from openhyperv.emulator.host.defaults import resource_kinds
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.resource_kind import Pool
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
        pool = self._pool_at(end)
        for configuration in self._host.systems.configurations() if pool else ():
            for resource in configuration.resources():
                if resource.kind.pool == pool:
                    yield from self._allocation(configuration, resource)

    def _pool_at(self, end: ObjectPath) -> Pool | None:
        pools = (kind.pool for kind in resource_kinds(self._host.profile) if kind.pool is not None)
        return next((pool for pool in pools if pool.path == end), None)

    def _allocation(self, configuration: Configuration, resource: Resource) -> Iterator[Instance]:
        if resource.kind.pool is not None:
            setting = self._host.views.path(configuration, resource)
            ends = {"Antecedent": resource.kind.pool.path, "Dependent": setting}
            yield link("Msvm_ResourceAllocationFromPool", ends)
