"""Msvm_VirtualSystemMigrationService and its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from openhyperv.emulator.cimom.provider import (
    Call,
    MethodFailure,
    Result,
    instances_of,
    lookup,
    method,
)
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.windows.migration_settings import MigrationSettings, save_migration_settings
from openhyperv.emulator.providers.services.administered import (
    SettingsOfService,
    settings_provider,
    shown,
    take_over,
)
from openhyperv.emulator.providers.services.services import MIGRATION, service_values
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

SETTINGS = SettingsOfService(
    service=MIGRATION,
    class_name="Msvm_VirtualSystemMigrationServiceSettingData",
    caption="Hyper-V Migration Service Settings",
    description="Settings for the Hyper-V Migration Service",
)
_FIELDS: Mapping[str, str] = {
    "EnableVirtualSystemMigration": "is_enabled",
    "MaximumActiveVirtualSystemMigration": "maximum_migrations",
    "MaximumActiveStorageMigration": "maximum_storage_migrations",
    "AuthenticationType": "authentication",
    "EnableCompression": "has_compression",
    "EnableSmbTransport": "has_smb_transport",
}
_AUTHENTICATIONS = (0, 1)
"""CredSSP and Kerberos."""


def migration_settings_provider(host: Host, settings: MigrationSettings) -> object:
    """What the administrator has set, as one object."""
    return settings_provider(host, SETTINGS, lambda: shown(settings, _FIELDS))


class MigrationServiceProvider:
    """The service's own instance tells where it listens, so it changes with the settings."""

    def __init__(self, host: Host, settings: MigrationSettings, file: Path) -> None:
        self._host = host
        self._settings = settings
        self._file = file

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

    @method(MIGRATION.class_name, "ModifyServiceSettings")
    def modify(self, call: Call) -> Result:
        """Change what has a value; synchronous."""
        given = read_setting(call["ServiceSettingData"], SETTINGS.class_name, self._host.schema)
        authentication = given.get("AuthenticationType")
        if authentication is not None and authentication not in _AUTHENTICATIONS:
            raise MethodFailure(Code.INVALID_PARAMETER, f"There is no authentication {authentication}.")
        take_over(self._settings, _FIELDS, given)
        save_migration_settings(self._file, self._settings)
        return Result(Code.COMPLETED)
