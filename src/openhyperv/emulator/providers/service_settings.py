"""Settings and capabilities of the host's services, and what leads from a service to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.system_defaults import REALIZED
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.per_class import ClassProvider, fixed_provider
from openhyperv.emulator.providers.services import SWITCH_MANAGEMENT, SYSTEM_MANAGEMENT
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
_SERVICE_SETTINGS = "Msvm_VirtualSystemManagementServiceSettingData"
_DEFAULT = 2
"""CIM_ElementCapabilities.Characteristics."""
_LONGEST_NAME = 100


def capabilities_providers() -> Iterator[ClassProvider]:
    """Providers of the management services' capabilities."""
    yield fixed_provider(MANAGEMENT_CAPABILITIES.class_name, _management_capabilities)
    yield fixed_provider(SWITCH_CAPABILITIES.class_name, _switch_capabilities)


class ServiceSettingsProvider:
    """The virtual system management service's settings, as the administrator has left them."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(_SERVICE_SETTINGS)
    def all(self) -> Iterator[Instance]:
        """The one there is."""
        yield self._instance()

    @lookup(_SERVICE_SETTINGS)
    def one(self, path: ObjectPath) -> Instance | None:
        """It, if it is meant."""
        return self._instance() if path == settings_path(self._host) else None

    def _instance(self) -> Instance:
        path, settings = settings_path(self._host), self._host.service_settings
        values: dict[str, Value] = {
            "InstanceID": path.key("InstanceID"),
            "Caption": "Hyper-V Virtual System Management Service",
            "Description": "Settings for the Virtual System Management Service",
            "ElementName": "Hyper-V Virtual System Management Service",
            "DefaultExternalDataRoot": settings.data_root,
            "DefaultVirtualHardDiskPath": settings.disk_root,
            "MinimumMacAddress": settings.minimum_mac,
            "MaximumMacAddress": settings.maximum_mac,
            "NumaSpanningEnabled": settings.numa_spanning_enabled,
            "PrimaryOwnerContact": settings.primary_owner_contact,
            "PrimaryOwnerName": settings.primary_owner_name,
            "BiosLockString": settings.bios_lock,
            "HbaLunTimeout": settings.hba_lun_timeout_s,
        }
        if self._host.profile.has(Release.WS2012R2):
            values["EnhancedSessionModeEnabled"] = settings.enhanced_session_mode_enabled
        return Instance(_SERVICE_SETTINGS, values, path=path)


class ServiceSettingLinkProvider:
    """From the management services to their settings and capabilities."""

    def __init__(self, host: Host) -> None:
        self._management = SYSTEM_MANAGEMENT.path(host)
        self._switches = SWITCH_MANAGEMENT.path(host)
        self._settings = settings_path(host)

    @links("Msvm_ElementSettingData")
    def settings(self, end: ObjectPath) -> Iterator[Instance]:
        """The virtual system management service's settings."""
        ends = {"ManagedElement": self._management, "SettingData": self._settings}
        values = {"IsCurrent": 1, "IsDefault": 1, "IsNext": 0}
        return touching(end, [link("Msvm_ElementSettingData", ends, values)])

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


def settings_path(host: Host) -> ObjectPath:
    """The virtual system management service's settings."""
    return setting_path(_SERVICE_SETTINGS, f"Microsoft:{host.name}")


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
