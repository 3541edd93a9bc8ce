"""Definitions of virtual systems: what a new VM of each configuration version and generation would be.

Get-VMHostSupportedVersion and clients that look for Secure Boot templates walk from the management service's
capabilities to these settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from uuid import NAMESPACE_OID, uuid5

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import links
from openhyperv.emulator.guests.machine import Template
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import SYSTEM_SETTINGS, setting_path
from openhyperv.emulator.host.machines.resource_kind import Point
from openhyperv.emulator.host.machines.system_defaults import SUB_TYPES, system_defaults
from openhyperv.emulator.providers.definitions import settings_link
from openhyperv.emulator.providers.links import touching
from openhyperv.emulator.providers.per_class import ClassProvider, fixed_provider
from openhyperv.emulator.providers.services.settings import MANAGEMENT_CAPABILITIES
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_DEFINITION = "Microsoft:Hyper-V:System:Definition"  # UNVERIFIED: VirtualSystemType of these settings
_TEMPLATE_IDS = {
    Template.MICROSOFT_WINDOWS: "1734c6e8-3154-4dda-ba5f-a874cc483422",
    Template.MICROSOFT_UEFI_CA: "272e7447-90a4-4563-a4b9-8e4ab00526ce",
    Template.OPEN_SOURCE_SHIELDED_VM: "4292ae2b-ee2c-42b5-a969-dd8f8689f6f3",
}


def system_definition_provider(host: Host) -> ClassProvider:
    """The provider of all of them."""
    return fixed_provider(SYSTEM_SETTINGS, partial(_definitions, host))


class SystemDefinitionLinkProvider:
    """From the management service's capabilities to each definition."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @links("Msvm_SettingsDefineCapabilities")
    def defined(self, end: ObjectPath) -> Iterator[Instance]:
        """Touching the capabilities or a definition."""
        return touching(
            end,
            (
                settings_link(MANAGEMENT_CAPABILITIES, definition.path, Point.DEFAULT, self._host.profile)
                for definition in _definitions(self._host)
                if definition.path is not None
            ),
        )


def _definitions(host: Host) -> Iterable[Instance]:
    for version in host.profile.configuration_versions:
        for generation, sub_type in SUB_TYPES.items():
            yield _definition(host, generation, f"{version} {sub_type}", {"Version": version})
    if host.profile.has(Release.WS2016):
        for template, template_id in _TEMPLATE_IDS.items():
            names = {"ElementName": template.value, "SecureBootTemplateId": template_id}
            yield _definition(host, 2, template.value, names)


def _definition(host: Host, generation: int, name: str, own: Mapping[str, Value]) -> Instance:
    # UNVERIFIED: which GUIDs real hosts use here; ours follow from what is defined
    guid = str(uuid5(NAMESPACE_OID, name)).upper()
    path = setting_path(SYSTEM_SETTINGS, f"Microsoft:Definition\\{guid}\\{Point.DEFAULT}")
    values: dict[str, Value] = {
        **system_defaults(generation, host.profile, host.schema),
        **own,
        "InstanceID": path.key("InstanceID"),
        "VirtualSystemType": _DEFINITION,
    }
    return Instance(SYSTEM_SETTINGS, values, path=path)
