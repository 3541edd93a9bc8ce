"""Adding and changing the ports of a switch. Nothing here tells anyone or writes to disk."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.identities import new_guid
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.kinds import kind_of
from openhyperv.emulator.host.machines.resources import ETHERNET_CONNECTION
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.switches.switch import Switches
from openhyperv.emulator.host.switches.uplinks import BadUplink, Surroundings, Uplink
from openhyperv.emulator.host.templates import Templates
from openhyperv.wire.instance import Instance

_LARGEST_TEAM = 8
"""Adapters of a switch with embedded teaming, at most (Microsoft, "Switch Embedded Teaming")."""
_IDENTITY = frozenset({"InstanceID", "ResourceType", "ResourceSubType", "Parent"})


@define(eq=False)
class SwitchEditor:
    """Edits one switch's configuration. On a refusal the caller throws the configuration away."""

    configuration: Configuration
    switches: Switches
    surroundings: Surroundings
    profile: Profile
    templates: Templates

    def add(self, settings: Sequence[Instance]) -> list[Resource]:
        """Add ports.

        :raises MethodFailure: one of them leads nowhere, or to an adapter that is taken
        """
        was_external = self._is_external()
        added = [self._add(setting) for setting in settings]
        self._settle(was_external=was_external)
        return added

    def modify(self, port: Resource, setting: Instance) -> None:
        """Change a port: only what has a value in ``setting``.

        :raises MethodFailure: it would lead nowhere, or to an adapter that is taken
        """
        was_external = self._is_external()
        self._update(port, setting)
        self._settle(was_external=was_external)

    def remove(self, ports: Sequence[Resource]) -> None:
        """Remove ports with their features.

        :raises MethodFailure: the switch cannot be without them
        """
        was_external = self._is_external()
        for port in ports:
            self.configuration.remove(port)
        self._settle(was_external=was_external)

    def _is_external(self) -> bool:
        return any(self._uplink(port).adapters for port in self.configuration.resources())

    def _settle(self, *, was_external: bool) -> None:
        """Refuse a switch that could not be built; write where ports lead as Hyper-V writes it."""
        uplinks = [(port, self._uplink(port)) for port in self.configuration.resources()]
        external = [uplink for _, uplink in uplinks if not uplink.is_internal]
        if len(external) > 1:
            raise _refusal("A switch has at most one external port.")
        for uplink in external:
            self._check_external(uplink)
        if was_external and not external:
            self._check_conversion()
        for port, uplink in uplinks:
            port.update({"HostResource": self.surroundings.host_resource(uplink)})

    def _check_external(self, uplink: Uplink) -> None:
        guids = [adapter.guid for adapter in uplink.adapters]
        if len(guids) > 1 and self.configuration.value("TeamingEnabled") is not True:
            raise _refusal("Only a switch with embedded teaming has several adapters.")
        if len(guids) > _LARGEST_TEAM:
            # UNVERIFIED: the code for a team of more adapters than there can be
            raise _refusal(f"A team has at most {_LARGEST_TEAM} adapters.")
        taken = {guid for guid, switch in self.surroundings.bound(self.switches) if switch.guid != self._guid}
        if len(set(guids)) < len(guids) or taken.intersection(guids):
            raise _refusal("The network adapter is bound to a virtual switch already.")

    def _check_conversion(self) -> None:
        """SR-IOV is for the life of an external switch, as Hyper-V Manager says beside it."""
        # UNVERIFIED: that the host refuses it, and not Hyper-V Manager alone; no document says so
        for name in ("IOVPreferred", "TeamingEnabled"):
            if self.configuration.value(name) is True:
                # UNVERIFIED: the code for taking the last adapter from a switch with SR-IOV or a team
                raise _refusal(f"A switch with {name} stays external.")

    @property
    def _guid(self) -> str:
        return self.configuration.owner

    def _uplink(self, port: Resource) -> Uplink:
        try:
            return self.surroundings.uplink(port)
        except BadUplink as error:
            raise _refusal(str(error)) from error

    def _add(self, setting: Instance) -> Resource:
        if kind_of(setting, self.profile) is not ETHERNET_CONNECTION:
            raise _refusal("A switch has Ethernet connections only.")
        port = self.templates.resource(ETHERNET_CONNECTION, new_guid())
        self._update(port, setting)
        self.configuration.add(port)
        return port

    def _update(self, port: Resource, setting: Instance) -> None:
        port.update({n: v for n, v in setting.items() if n not in _IDENTITY and v is not None})
        if "ElementName" not in port.values:
            port.update({"ElementName": self.configuration.name})


def _refusal(reason: str) -> MethodFailure:
    return MethodFailure(Code.INVALID_PARAMETER, reason)
