"""The settings of virtual machines and their devices as CIM instances."""

from __future__ import annotations

from openhyperv.cim.release import Release
from openhyperv.emulator.host.identities import (
    SYSTEM_SETTINGS,
    setting_id,
    setting_path,
    settings_id,
    system_settings_path,
)
from openhyperv.emulator.host.machines.configuration import Configuration, parent_tail
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.machines.virtual_system import SystemState
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

BOOT_SOURCE = "Msvm_BootSourceSettingData"
SECURITY = "Msvm_SecuritySettingData"
_SECURITY_DEFAULTS = (
    "TpmEnabled",
    "KsdEnabled",
    "ShieldingRequested",
    "DataProtectionRequested",
    "EncryptStateAndVmMigrationTraffic",
    "VirtualizationBasedSecurityOptOut",
    "BindToHostTpm",
)


class SettingViews:
    """Renders settings for one host; ``host_name`` goes into the paths in Parent and BootSourceOrder."""

    def __init__(self, host_name: str, profile: Profile) -> None:
        self._host_name = host_name
        self._profile = profile

    def resource(self, configuration: Configuration, resource: Resource) -> Instance:
        """A device's setting with all values that are not NULL."""
        path = self.path(configuration, resource)
        values: dict[str, Value] = {**resource.defaults, **resource.values}
        values["InstanceID"] = path.keys["InstanceID"]
        parent = configuration.resource(parent_tail(resource))
        if parent is not None:
            values["Parent"] = str(self.path(configuration, parent).on(self._host_name))
        return Instance(resource.class_name, values, path=path)

    def feature(self, configuration: Configuration, feature: Feature) -> Instance:
        """A connection's feature."""
        path = self.path(configuration, feature)
        return Instance(
            feature.class_name, {**feature.merged(), "InstanceID": path.keys["InstanceID"]}, path=path
        )

    def path(self, configuration: Configuration, setting: Resource | Feature) -> ObjectPath:
        """The path of a device's setting or of a feature."""
        return setting_path(setting.class_name, configuration.id_of(setting))

    def system(self, place: Place) -> Instance:
        """The Msvm_VirtualSystemSettingData of a VM or snapshot."""
        configuration = place.configuration
        values: dict[str, Value] = {**configuration.defaults, **configuration.values}
        values["InstanceID"] = configuration.instance_id
        values.update(self._files(place))
        if not place.is_snapshot:
            values["IsSaved"] = place.system.state is SystemState.SAVED
        values["Parent"] = self._parent(place)
        if configuration.generation == 2:
            values["BootSourceOrder"] = self.boot_order(configuration)
        return Instance(SYSTEM_SETTINGS, values, path=system_settings_path(configuration.owner))

    def _files(self, place: Place) -> dict[str, Value]:
        """Names relative to the data roots."""
        folder = "Snapshots" if place.is_snapshot else "Virtual Machines"
        stem = f"{folder}\\{place.configuration.owner}"
        if not self._profile.has(Release.WS2016):
            return {"ConfigurationFile": f"{stem}.xml"}
        files: dict[str, Value] = {"ConfigurationFile": f"{stem}.vmcx"}
        if place.configuration.generation == 2:
            files["GuestStateFile"] = f"{stem}.vmgs"
        return files

    def _parent(self, place: Place) -> str | None:
        snapshot = place.system.find_snapshot(place.configuration.owner) if place.is_snapshot else None
        guid = snapshot.parent if snapshot else place.system.current_parent
        return str(system_settings_path(guid).on(self._host_name)) if guid else None

    def boot_order(self, configuration: Configuration) -> list[str]:
        """The paths of the boot sources, first choice first."""
        return [
            str(setting_path(BOOT_SOURCE, boot_source_id(configuration.owner, tail)).on(self._host_name))
            for tail in configuration.boot_tails
        ]

    def boot_source(self, configuration: Configuration, resource: Resource) -> Instance:
        """The firmware's entry for a bootable device."""
        instance_id = boot_source_id(configuration.owner, resource.tail)
        is_nic = resource.kind.resource_type == 10
        values: dict[str, Value] = {
            "InstanceID": instance_id,
            "Caption": "Boot Source Settings",
            "Description": "Boot Source Settings",
            "ElementName": "Boot Source Settings",
            "BootSourceType": 2 if is_nic else 1,
            "BootSourceDescription": "EFI Network" if is_nic else "EFI SCSI Device",
        }
        return Instance(BOOT_SOURCE, values, path=setting_path(BOOT_SOURCE, instance_id))

    def security(self, configuration: Configuration) -> Instance:
        """The Msvm_SecuritySettingData of a configuration."""
        instance_id = security_id(configuration.owner)
        values: dict[str, Value] = dict.fromkeys(_SECURITY_DEFAULTS, False)
        values |= {
            "InstanceID": instance_id,
            "Caption": "Security Settings",
            "Description": "Security settings of a virtual machine",
            "ElementName": "Security Settings",
            **configuration.security,
        }
        return Instance(SECURITY, values, path=setting_path(SECURITY, instance_id))


def boot_source_id(owner: str, tail: str) -> str:
    """The InstanceID of a device's boot source: that of its setting with ``\\B``."""
    return setting_id(owner, tail) + "\\B"


def security_id(owner: str) -> str:
    """The InstanceID of a configuration's security settings."""
    return f"{settings_id(owner)}\\{SECURITY_TAIL}"


SECURITY_TAIL = "Security"  # UNVERIFIED: the tail of the InstanceID of Msvm_SecuritySettingData
