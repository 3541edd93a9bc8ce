"""Settings and capabilities of the host's services, and what leads from a service to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from openhyperv.emulator.cimom.provider import links
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.machines.system_defaults import REALIZED
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.per_class import ClassProvider, fixed_provider
from openhyperv.emulator.providers.services.administered import SettingsOfService, settings_provider, shown
from openhyperv.emulator.providers.services.services import SWITCH_MANAGEMENT, SYSTEM_MANAGEMENT
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

MANAGEMENT_CAPABILITIES = setting_path(
    "Msvm_VirtualSystemManagementCapabilities", "Microsoft:VirtualSystemManagementCapabilities"
)
SWITCH_CAPABILITIES = setting_path(
    "Msvm_VirtualEthernetSwitchManagementCapabilities",
    "Microsoft:VirtualEthernetSwitchManagementCapabilities",
)
_SETTINGS = SettingsOfService(
    service=SYSTEM_MANAGEMENT,
    class_name="Msvm_VirtualSystemManagementServiceSettingData",
    caption="Hyper-V Virtual System Management Service",
    description="Settings for the Virtual System Management Service",
)
_FIELDS: Mapping[str, str] = {
    "DefaultExternalDataRoot": "data_root",
    "DefaultVirtualHardDiskPath": "disk_root",
    "MinimumMacAddress": "minimum_mac",
    "MaximumMacAddress": "maximum_mac",
    "NumaSpanningEnabled": "numa_spanning_enabled",
    "PrimaryOwnerContact": "primary_owner_contact",
    "PrimaryOwnerName": "primary_owner_name",
    "BiosLockString": "bios_lock",
    "HbaLunTimeout": "hba_lun_timeout_s",
    "EnhancedSessionModeEnabled": "enhanced_session_mode_enabled",
}
_DEFAULT = 2
"""CIM_ElementCapabilities.Characteristics."""
_LONGEST_NAME = 100


def capabilities_providers() -> Iterator[ClassProvider]:
    """Providers of the management services' capabilities."""
    yield fixed_provider(MANAGEMENT_CAPABILITIES.class_name, _management_capabilities)
    yield fixed_provider(SWITCH_CAPABILITIES.class_name, _switch_capabilities)


def management_settings_provider(host: Host) -> object:
    """The virtual system management service's settings, as the administrator has left them."""
    return settings_provider(host, _SETTINGS, lambda: shown(host.service_settings, _FIELDS))


class CapabilityLinkProvider:
    """From the management services to their capabilities."""

    def __init__(self, host: Host) -> None:
        self._management = SYSTEM_MANAGEMENT.path(host)
        self._switches = SWITCH_MANAGEMENT.path(host)

    @links("Msvm_ElementCapabilities")
    def capabilities(self, end: ObjectPath) -> Iterator[Instance]:
        """Each service's capabilities; only the virtual system's were recorded with a characteristic."""
        management = {"ManagedElement": self._management, "Capabilities": MANAGEMENT_CAPABILITIES}
        switches = {"ManagedElement": self._switches, "Capabilities": SWITCH_CAPABILITIES}
        return touching(
            end,
            [
                link("Msvm_ElementCapabilities", management, {"Characteristics": [_DEFAULT]}),
                link("Msvm_ElementCapabilities", switches),
            ],
        )


def _management_capabilities() -> Iterable[Instance]:
    path = MANAGEMENT_CAPABILITIES
    values: dict[str, Value] = {
        "InstanceID": path.key("InstanceID"),
        "Caption": "Hyper-V Virtual System Management Service Capabilities",
        "Description": "Defines Virtual System Management Service Capabilities",
        "ElementName": "Hyper-V Virtual System Management Service Capabilities",
        "ElementNameEditSupported": True,
        "MaxElementNameLen": _LONGEST_NAME,
        "VirtualSystemTypesSupported": [REALIZED],
    }
    return [Instance(path.class_name, values, path=path)]


def _switch_capabilities() -> Iterable[Instance]:
    path = SWITCH_CAPABILITIES
    values: dict[str, Value] = {
        "InstanceID": path.key("InstanceID"),
        "Caption": "Hyper-V Virtual Ethernet Switch Management Service Capabilities",
        "Description": "Defines Virtual Ethernet Switch Management Service Capabilities",
        "ElementName": "Hyper-V Virtual Ethernet Switch Management Service Capabilities",
        "ElementNameEditSupported": True,
        "IOVSupport": False,
    }
    return [Instance(path.class_name, values, path=path)]
