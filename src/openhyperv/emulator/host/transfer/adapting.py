"""Fitting an imported configuration to this host: its release, its folders, its addresses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openhyperv.cim.schema import Schema
from openhyperv.emulator.host.checkpoints.disks import disks_of, file_of
from openhyperv.emulator.host.files import BadHostPath, HostFiles
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import SYSTEM_SETTINGS
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.switches.mac_addresses import adapters
from openhyperv.emulator.host.transfer.definition_file import BadDefinition
from openhyperv.emulator.host.transfer.layout import ExportLayout
from openhyperv.wire.types import Value

_NAMESPACE = "root/virtualization/v2"


def fit_release(configuration: Configuration, host: Host) -> None:
    """Drop what this release's classes do not have.

    :raises BadDefinition: the machine's configuration version is none that this release runs
    """
    version = configuration.text("Version")
    if version not in host.profile.configuration_versions:
        raise BadDefinition(f"this host does not support configuration version {version}")
    configuration.values = _known(SYSTEM_SETTINGS, configuration.values, host.schema)
    for setting in (*configuration.resources(), *configuration.features()):
        setting.values = _known(setting.class_name, setting.values, host.schema)


def _known(class_name: str, values: Mapping[str, Value], schema: Schema) -> dict[str, Value]:
    decl = schema.find(_NAMESPACE, class_name)
    return {name: value for name, value in values.items() if decl is not None and decl.property(name)}


def follow_folder(configuration: Configuration, layout: ExportLayout) -> None:
    """Let disks that are no longer where they were exported to be those in the export's folder, if there."""
    # UNVERIFIED: that an export which was moved as a whole finds its own disks
    for disk in disks_of(configuration):
        path = file_of(disk)
        moved = _beside(path, layout) if path and not _exists(path, layout.files) else None
        if moved is not None:
            disk.update({"HostResource": [layout.files.windows(moved)]})


def _beside(windows_path: str, layout: ExportLayout) -> Path | None:
    moved = layout.disk(windows_path.replace("/", "\\").rpartition("\\")[2])
    return moved if moved.is_file() else None


def _exists(windows_path: str, files: HostFiles) -> bool:
    try:
        return files.local(windows_path).is_file()
    except BadHostPath:
        return False


def forget_dynamic_addresses(configuration: Configuration) -> None:
    """Let adapters without a static MAC address get new ones: the original may be on the same network."""
    # UNVERIFIED: that a copy with a new identity gets new dynamic addresses
    for nic in adapters(configuration):
        if nic.value("StaticMacAddress") is not True:
            nic.values.pop("Address", None)
