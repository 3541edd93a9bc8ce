"""All providers that answer for virtual machines."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.providers.jobs import JobProvider
from openhyperv.emulator.providers.machines.define import DefinitionProvider
from openhyperv.emulator.providers.machines.devices import DeviceLinkProvider, device_providers
from openhyperv.emulator.providers.machines.guest_files import GuestFileProvider
from openhyperv.emulator.providers.machines.keyboard import KeyboardProvider
from openhyperv.emulator.providers.machines.kvp import KvpProvider
from openhyperv.emulator.providers.machines.resource_settings import resource_setting_providers
from openhyperv.emulator.providers.machines.resources import ResourceProvider
from openhyperv.emulator.providers.machines.setting_links import SettingLinkProvider
from openhyperv.emulator.providers.machines.shutdown import ShutdownProvider
from openhyperv.emulator.providers.machines.snapshot_links import SnapshotLinkProvider
from openhyperv.emulator.providers.machines.snapshots import SnapshotProvider
from openhyperv.emulator.providers.machines.summary import SummaryProvider
from openhyperv.emulator.providers.machines.system_links import SystemLinkProvider
from openhyperv.emulator.providers.machines.system_settings import SystemSettingsProvider
from openhyperv.emulator.providers.machines.virtual_systems import VirtualSystemProvider
from openhyperv.emulator.providers.services.changes import ServiceChangeProvider
from openhyperv.emulator.providers.services.terminal import terminal_providers
from openhyperv.emulator.providers.shielding import shielding_providers
from openhyperv.emulator.providers.switches.port_features import FeatureProvider
from openhyperv.emulator.providers.transfer.exports import ExportProvider
from openhyperv.emulator.providers.transfer.imports import ImportProvider
from openhyperv.emulator.providers.transfer.planned import PlannedSystemProvider

_PROVIDERS = (
    VirtualSystemProvider,
    SystemSettingsProvider,
    DefinitionProvider,
    ResourceProvider,
    FeatureProvider,
    SummaryProvider,
    JobProvider,
    SettingLinkProvider,
    SnapshotProvider,
    SnapshotLinkProvider,
    SystemLinkProvider,
    DeviceLinkProvider,
    KeyboardProvider,
    GuestFileProvider,
    KvpProvider,
    ServiceChangeProvider,
    ShutdownProvider,
    PlannedSystemProvider,
    ExportProvider,
    ImportProvider,
)


def virtual_machine_providers(host: Host) -> Iterator[object]:
    """A fresh provider of each kind for a host."""
    yield from (provider(host) for provider in _PROVIDERS)
    yield from terminal_providers(host)
    yield from shielding_providers(host)
    yield from resource_setting_providers(host)
    yield from device_providers(host)
