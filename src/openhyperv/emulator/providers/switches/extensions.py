"""Extensions of the host and of its switches: listing them, and having a switch run them or not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from openhyperv.emulator.cimom.provider import Call, Result, instances_of, links, lookup, method
from openhyperv.emulator.host.defaults import feature_kinds
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.switches.extensions import (
    EXTENSION,
    NATIVE,
    Extension,
    extensions_of_switches,
    installed_extensions,
)
from openhyperv.emulator.host.switches.switch import Switch, Switches
from openhyperv.emulator.providers.elements import ENABLED, HEALTHY
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.switches.feature_definitions import capabilities_path
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_INSTALLED = "Msvm_InstalledEthernetSwitchExtension"
_STATES = {2: True, 3: False}
"""RequestedState and EnabledState: enabled, disabled."""
_DONE, _NOT_SUPPORTED = 0, 1
"""ReturnValue of RequestStateChange, as the class documents it."""


class SwitchExtensionProvider:
    """Msvm_EthernetSwitchExtension of each switch, and the extensions that the host has installed."""

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches

    @instances_of(EXTENSION)
    def all(self) -> Iterator[Instance]:
        """Every extension of every switch."""
        return (self._instance(extension, switch) for extension, switch in self._pairs())

    @lookup(EXTENSION)
    def one(self, path: ObjectPath) -> Instance | None:
        """One extension of one switch."""
        return next((extension for extension in self.all() if extension.path == path), None)

    @instances_of(_INSTALLED)
    def installed(self) -> Iterator[Instance]:
        """What the host has installed."""
        for extension in installed_extensions(self._host.profile):
            path = _installed_path(extension)
            values = {**HEALTHY, **self._of_both(extension), **path.keys}
            yield Instance(_INSTALLED, {**values, "Caption": "Virtual Switch Extension"}, path=path)

    @method(EXTENSION, "RequestStateChange")
    def request_state_change(self, call: Call) -> Result:
        """Have a switch run an extension, or no longer."""
        requested = call["RequestedState"]
        if not isinstance(requested, int) or requested not in _STATES:
            return Result(_NOT_SUPPORTED)
        for extension, switch in self._pairs():
            if extension.path_on(switch.guid) == call.path:
                self._switches.set_extension(switch, extension.guid, is_enabled=_STATES[requested])
        return Result(_DONE)

    @links("Msvm_HostedEthernetSwitchExtension")
    def hosted(self, end: ObjectPath) -> Iterator[Instance]:
        """From each switch to its extensions."""
        ends = (
            {"Antecedent": switch.path, "Dependent": e.path_on(switch.guid)} for e, switch in self._pairs()
        )
        return touching(end, (link("Msvm_HostedEthernetSwitchExtension", both) for both in ends))

    @links("Msvm_ConcreteDependency")
    def instances_of_installed(self, end: ObjectPath) -> Iterator[Instance]:
        """From what is installed to what switches have of it."""
        ends = ({"Antecedent": _installed_path(e), "Dependent": e.path_on(s.guid)} for e, s in self._pairs())
        return touching(end, (link("Msvm_ConcreteDependency", both) for both in ends))

    @links("Msvm_ParentEthernetSwitchExtension")
    def parents(self, end: ObjectPath) -> Iterator[Instance]:
        """From each extension of a switch to the next below it."""
        ends = (
            {"Antecedent": above.path_on(switch.guid), "Dependent": below.path_on(switch.guid)}
            for switch in self._switches
            for above, below in pairwise(extensions_of_switches(self._host.profile))
        )
        return touching(end, (link("Msvm_ParentEthernetSwitchExtension", both) for both in ends))

    @links("Msvm_EthernetSwitchExtensionCapabilities")
    def capabilities(self, end: ObjectPath) -> Iterator[Instance]:
        """From the native extension to what its ports and switches can do."""
        ends = (
            {"ManagedElement": _installed_path(NATIVE), "Capabilities": capabilities_path(kind)}
            for kind in feature_kinds(self._host.profile)
        )
        return touching(end, (link("Msvm_EthernetSwitchExtensionCapabilities", both) for both in ends))

    def _pairs(self) -> Iterator[tuple[Extension, Switch]]:
        for switch in self._switches:
            for extension in extensions_of_switches(self._host.profile):
                yield extension, switch

    def _instance(self, extension: Extension, switch: Switch) -> Instance:
        path = extension.path_on(switch.guid)
        values: dict[str, Value] = {
            **HEALTHY,
            **ENABLED,
            **self._of_both(extension),
            **path.keys,
            "Caption": "Virtual Switch Extension",
            "EnabledState": 2 if extension.runs_on(switch) else 3,
        }
        return Instance(EXTENSION, values, path=path)

    def _of_both(self, extension: Extension) -> dict[str, Value]:
        return {
            "ElementName": extension.name,
            "Description": extension.description,
            "ExtensionType": int(extension.type),
            "Vendor": "Microsoft",
            # UNVERIFIED: that Microsoft's own extensions have the version of Windows
            "Version": self._host.profile.kernel_version,
        }


def _installed_path(extension: Extension) -> ObjectPath:
    return ObjectPath(_INSTALLED, {"Name": extension.guid})
