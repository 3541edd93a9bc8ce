"""Live migration, as far as a host knows of it that no other host can be reached from."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.windows.migration_settings import load_migration_settings
from openhyperv.emulator.providers.migration.checks import MigrationCheckProvider, migration_choices_provider
from openhyperv.emulator.providers.migration.networks import MigrationNetworkProvider
from openhyperv.emulator.providers.migration.service import (
    MigrationServiceProvider,
    migration_settings_provider,
)


def migration_providers(host: Host) -> Iterator[object]:
    """The providers of the migration service, which share its settings."""
    file = host.data / "migration.json"
    settings = load_migration_settings(file)
    yield MigrationServiceProvider(host, settings, file)
    yield migration_settings_provider(host, settings)
    yield MigrationNetworkProvider(host, settings, file)
    yield MigrationCheckProvider(host, settings)
    yield migration_choices_provider(host)
