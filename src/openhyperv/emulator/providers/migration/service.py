"""Msvm_VirtualSystemMigrationService and its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import (
    Call,
    MethodFailure,
    Result,
    instances_of,
    links,
    lookup,
    method,
)
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.migration_settings import MigrationSettings, save_migration_settings
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.services import MIGRATION, service_values
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

SETTINGS = "Msvm_VirtualSystemMigrationServiceSettingData"
_FIELDS: Mapping[str, str] = {
    "EnableVirtualSystemMigration": "is_enabled",
    "MaximumActiveVirtualSystemMigration": "maximum_migrations",
    "MaximumActiveStorageMigration": "maximum_storage_migrations",
    "AuthenticationType": "authentication",
    "EnableCompression": "has_compression",
    "EnableSmbTransport": "has_smb_transport",
}
_SINCE_2012R2 = ("EnableCompression", "EnableSmbTransport")
_AUTHENTICATIONS = (0, 1)
"""CredSSP and Kerberos."""


class MigrationServiceProvider:
    """The service's own instance tells where it listens, so it changes with the settings."""

    def __init__(self, host: Host, settings: MigrationSettings, file: Path) -> None:
        self._host = host
        self._settings = settings
        self._file = file
        self._path = migration_settings_path(host)

    @instances_of(MIGRATION.class_name)
    def services(self) -> Iterator[Instance]:
        """The one there is."""
        yield self._service()

    @lookup(MIGRATION.class_name)
    def service(self, path: ObjectPath) -> Instance | None:
        """It, if it is meant."""
        return self._service() if path == MIGRATION.path(self._host) else None

    def _service(self) -> Instance:
        addresses = list(self._settings.listening_addresses(self._host.hardware))
        values: dict[str, Value] = {
            **service_values(self._host, MIGRATION),
            "ActiveStorageMigrationCount": 0,
            "ActiveVirtualSystemMigrationCount": 0,
            "MigrationServiceListenerIPAddressList": addresses,
        }
        return Instance(MIGRATION.class_name, values, path=MIGRATION.path(self._host))

    @instances_of(SETTINGS)
    def all_settings(self) -> Iterator[Instance]:
        """Those of the service."""
        yield self._instance()

    @lookup(SETTINGS)
    def settings(self, path: ObjectPath) -> Instance | None:
        """They, if they are meant."""
        return self._instance() if path == self._path else None

    def _instance(self) -> Instance:
        values: dict[str, Value] = {
            "InstanceID": self._path.key("InstanceID"),
            "Caption": "Hyper-V Migration Service Settings",
            "Description": "Settings for the Hyper-V Migration Service",
            "ElementName": "Hyper-V Migration Service Settings",
            **{name: getattr(self._settings, attribute) for name, attribute in _FIELDS.items()},
        }
        for name in () if self._host.profile.has(Release.WS2012R2) else _SINCE_2012R2:
            del values[name]
        return Instance(SETTINGS, values, path=self._path)

    @links("Msvm_ElementSettingData")
    def element_settings(self, end: ObjectPath) -> Iterator[Instance]:
        """Between the service and its settings."""
        ends = {"ManagedElement": MIGRATION.path(self._host), "SettingData": self._path}
        flags = {"IsCurrent": 1, "IsDefault": 1, "IsNext": 0}
        return touching(end, [link("Msvm_ElementSettingData", ends, flags)])

    @method(MIGRATION.class_name, "ModifyServiceSettings")
    def modify(self, call: Call) -> Result:
        """Change what has a value; synchronous."""
        given = read_setting(call["ServiceSettingData"], SETTINGS, self._host.schema)
        authentication = given.get("AuthenticationType")
        if authentication is not None and authentication not in _AUTHENTICATIONS:
            raise MethodFailure(Code.INVALID_PARAMETER, f"There is no authentication {authentication}.")
        for name, attribute in _FIELDS.items():
            if given.get(name) is not None:
                setattr(self._settings, attribute, given[name])
        save_migration_settings(self._file, self._settings)
        return Result(Code.COMPLETED)


def migration_settings_path(host: Host) -> ObjectPath:
    """The settings of the migration service."""
    return setting_path(SETTINGS, f"Microsoft:{host.name}")
