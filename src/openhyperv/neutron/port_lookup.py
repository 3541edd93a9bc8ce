"""Asking Neutron for all that belongs to ports besides their details: groups, QoS and trunks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from openhyperv.machine.port import PortBandwidth
from openhyperv.neutron.dependencies import Dependencies
from openhyperv.neutron.details import DeviceDetails, PortDetails, UnboundPort
from openhyperv.neutron.security_groups.information import PortGroups
from openhyperv.neutron.server import NeutronServer
from openhyperv.neutron.trunks.server import TrunkServer
from openhyperv.neutron.trunks.trunk import Subport, Trunk, TrunkDefinition
from openhyperv.neutron.wanted_port import WantedPort


class PortLookup:
    """Completes ports, and remembers what that depends on. Asks in one thread; the rest is thread-safe."""

    def __init__(self, server: NeutronServer, trunk_server: TrunkServer, *, is_filtered: bool) -> None:
        self._server = server
        self._trunk_server = trunk_server
        self._is_filtered = is_filtered
        self._dependencies = Dependencies()

    def complete(self, ports: Sequence[PortDetails]) -> list[WantedPort]:
        """The ports with all that belongs to them.

        Ports that were deleted are left out, and those where something has changed since it was asked for.

        :raises RPC_ERRORS: nothing is known of any of them
        """
        if not ports:
            return []
        self._dependencies.begin_asking()
        port_ids = [port.port_id for port in ports]
        definitions = {each.parent_id: each for each in self._trunk_server.trunks_of(port_ids)}
        subports = {each.port_id: each for each in self._subports(definitions.values())}
        groups = self._groups([*ports, *subports.values()])
        bandwidths = self._server.bandwidths({each.policy_id for each in ports if each.policy_id})
        known = {each.port_id: each for each in subports.values() if self._is_known(each, groups)}
        found = (
            _complete(port, definitions.get(port.port_id), known, groups, bandwidths)
            for port in ports
            if self._is_known(port, groups)
        )
        return [port for port in found if self._dependencies.note(port.port_id, frozenset(_needed(port)))]

    def change(self, changed: Collection[str]) -> Sequence[str]:
        """Groups, policies, trunks, sub-ports or networks have changed; the ports that it matters to."""
        return self._dependencies.change(changed)

    def forget(self, port_id: str) -> None:
        """The port is gone."""
        self._dependencies.forget(port_id)

    def _subports(self, definitions: Collection[TrunkDefinition]) -> Iterator[PortDetails]:
        """The sub-ports of trunks; those that are not bound to this host yet are bound first."""
        answers = self._details({port_id for each in definitions for port_id in each.tags})
        unbound = {each.port_id for each in answers if isinstance(each, UnboundPort)}
        for definition in definitions:
            if members := unbound & definition.tags.keys():
                self._trunk_server.bind_subports(definition, members)
        for answer in (*answers, *self._details(unbound)):
            if isinstance(answer, PortDetails):
                yield answer

    def _details(self, port_ids: Collection[str]) -> list[DeviceDetails]:
        return [answer for batch in self._server.details(sorted(port_ids)) for answer in batch]

    def _groups(self, ports: Iterable[PortDetails]) -> Mapping[str, PortGroups]:
        if not self._is_filtered:
            return {}
        secured = [port.port_id for port in ports if port.is_secured]
        return {groups.port_id: groups for groups in self._server.groups(secured)}

    def _is_known(self, port: PortDetails, groups: Mapping[str, PortGroups]) -> bool:
        """False for a port that was deleted before its groups were asked for."""
        return port.port_id in groups or not (self._is_filtered and port.is_secured)


def _complete(
    port: PortDetails,
    definition: TrunkDefinition | None,
    subports: Mapping[str, PortDetails],
    groups: Mapping[str, PortGroups],
    bandwidths: Mapping[str, PortBandwidth | None],
) -> WantedPort:
    trunk = None if definition is None else _trunk(definition, subports, groups)
    bandwidth = None if port.policy_id is None else bandwidths.get(port.policy_id)
    return WantedPort(port, groups.get(port.port_id), bandwidth, trunk)


def _trunk(
    definition: TrunkDefinition, details: Mapping[str, PortDetails], groups: Mapping[str, PortGroups]
) -> Trunk:
    found = tuple(
        Subport(details[port_id], tag, groups.get(port_id))
        for port_id, tag in sorted(definition.tags.items())
        if port_id in details
    )
    missing = definition.tags.keys() - {each.details.port_id for each in found}
    return Trunk(definition.trunk_id, found, frozenset(missing))


def _needed(port: WantedPort) -> Iterator[str]:
    """The ids of everything whose change may be one of the port."""
    yield from (port.port_id, port.details.network_id)
    if port.details.policy_id is not None:
        yield port.details.policy_id
    if port.groups is not None:
        yield from port.groups.concerning
    if port.trunk is not None:
        yield port.trunk.trunk_id
        yield from port.trunk.missing
        for subport in port.trunk.subports:
            yield subport.details.port_id
            yield from () if subport.groups is None else subport.groups.concerning
