"""One emulated Hyper-V host: what all providers share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock

from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.events import Change, ChangeKind, EventBus
from openhyperv.emulator.cimom.looks import Picture, differences
from openhyperv.emulator.guests.machine import GuestRunner
from openhyperv.emulator.host.files import HostFiles
from openhyperv.emulator.host.hardware import Hardware, default_hardware
from openhyperv.emulator.host.hardware.assignable import AssignableDevices
from openhyperv.emulator.host.hardware.gpu_partitioning import GpuPartitioning
from openhyperv.emulator.host.hardware.known_disks import KnownDisks
from openhyperv.emulator.host.identities import SYSTEM_SETTINGS
from openhyperv.emulator.host.jobs.running import Jobs
from openhyperv.emulator.host.jobs.view import job_instance
from openhyperv.emulator.host.machines.configuration_json import ConfigurationReader
from openhyperv.emulator.host.machines.picture import full_picture, pictured_classes, state_picture
from openhyperv.emulator.host.machines.systems import Systems
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.metrics.metering import Metering
from openhyperv.emulator.host.metrics.sampling import Sampler
from openhyperv.emulator.host.metrics.store import MeterStore
from openhyperv.emulator.host.power.guest_events import GuestEvents
from openhyperv.emulator.host.power.power_switch import PowerSwitch
from openhyperv.emulator.host.profile import ROLE_NAMESPACES, Profile
from openhyperv.emulator.host.setting_view import SettingViews
from openhyperv.emulator.host.storage.disk_use import DiskUse
from openhyperv.emulator.host.storage.mounted_images import MountedImages
from openhyperv.emulator.host.store import Store
from openhyperv.emulator.host.switches.names import NoSwitches, SwitchNames
from openhyperv.emulator.host.switches.wiring import NoWiring, Wiring
from openhyperv.emulator.host.templates import Templates
from openhyperv.emulator.host.windows.service_settings import load_settings, save_settings
from openhyperv.wire.instance import Instance


class Host:
    """A host's identity, state and services.

    ``lock`` guards all of it. The object manager holds it around every Get, Enumerate and Invoke; the work of
    a job takes it only to read or change state, never while a guest or a disk is being worked on.
    ``data`` is the host's private folder: drive C is ``data/C``, everything else is bookkeeping.
    """

    def __init__(
        self,
        name: str,
        profile: Profile,
        data: Path,
        runner: GuestRunner,
        hardware: Hardware | None = None,
        wiring: Wiring | None = None,
    ) -> None:
        self.name = name.upper()
        self.profile = profile
        self.hardware = hardware or default_hardware(name)
        self.schema = Schema.load(profile.release, without=ROLE_NAMESPACES)
        self.data = data
        self.runner = runner
        self.wiring = wiring or NoWiring()
        self.lock = RLock()
        self.events = EventBus()
        self._pictured = pictured_classes(profile)
        self.jobs = Jobs(self.lock, self.events, job_instance)
        self.disks = KnownDisks(data / "disks", self.hardware.disks)
        self.pci = AssignableDevices(data / "pci.json", self.hardware.pci_devices)
        self.files = HostFiles(data / "C", self.disks)
        self.templates = Templates(profile, self.hardware, self.schema)
        self.views = SettingViews(self.name, profile)
        self.service_settings = load_settings(self._service_file, self.name)
        self.switches: SwitchNames = NoSwitches()
        self.configuration_reader = ConfigurationReader(profile, self.templates)
        self.store = Store(data / "machines", self.configuration_reader)
        self.systems = Systems()
        gpus = self.hardware.partitionable_gpus
        self.gpus = GpuPartitioning(data / "gpus.json", gpus, self.systems.is_on)
        self.disk_use = DiskUse(self.lock, self.systems, self.files)
        self.mounted = MountedImages(self.lock, self.disk_use, self.files)
        meters = MeterStore(data / "metrics")
        self.metering = Metering(meters, profile, self.files, self.hardware.processor_mhz)
        self.sampler = Sampler(self.lock, self.systems, self.metering)
        self.guest_events = GuestEvents()
        self.power_switch = PowerSwitch()
        self.boot_time = datetime.now(UTC)

    @property
    def _service_file(self) -> Path:
        return self.data / "service.json"

    def keep_service_settings(self) -> None:
        """Write down what the administrator has changed."""
        save_settings(self._service_file, self.service_settings)

    def knows_system_setting(self, name: str) -> bool:
        """True where this release's Msvm_VirtualSystemSettingData has the property."""
        decl = self.schema.find("root/virtualization/v2", SYSTEM_SETTINGS)
        return decl is not None and decl.property(name) is not None

    def state_dir(self, system: VirtualSystem) -> Path:
        """Where a VM's guest keeps firmware variables and saved memory."""
        return self.data / "guests" / system.guid.lower()

    @property
    def _is_pictured(self) -> bool:
        """Whether somebody awaits changes of machines; to tell them takes a picture before and one after."""
        return self.events.is_awaited(self._pictured)

    def add(self, system: VirtualSystem) -> None:
        """Take in a new VM, keep it and tell watchers."""
        self.systems.add(system)
        self.store.save(system)
        self.wiring.follow_machine(system.configuration)
        if self._is_pictured:
            self._tell({}, full_picture(system, self.views))

    def remove(self, system: VirtualSystem) -> None:
        """Forget a VM and tell watchers."""
        self.systems.remove(system)
        self.store.delete(system)
        self.wiring.forget(system.guid)
        self.metering.forget(system)
        if self._is_pictured:
            self._tell(full_picture(system, self.views), {})

    @contextmanager
    def changing(self, system: VirtualSystem) -> Iterator[None]:
        """Change a VM inside, under the lock; then it is kept on disk, and watchers are told what changed.

        A refusal raised inside leaves nothing kept and nothing told, so raise it before changing anything.
        """
        with self.lock:
            before = full_picture(system, self.views) if self._is_pictured else None
            yield
            self.wiring.follow_machine(system.configuration)
            self.store.save(system)
            if before is not None:
                self._tell(before, full_picture(system, self.views))

    @contextmanager
    def passing(self, system: VirtualSystem) -> Iterator[None]:
        """Change a VM's state inside to one that no restart of the host outlasts; nothing is kept."""
        with self.lock:
            before = self._state(system) if self._is_pictured else None
            yield
            if before is not None:
                self._tell(before, self._state(system))

    def _state(self, system: VirtualSystem) -> Picture:
        """Nothing, once the VM is destroyed: what ends after that is no change of it."""
        return state_picture(system, self.views) if self.systems.has_identity(system.guid) else {}

    def publish(self, kind: ChangeKind, target: Instance, before: Instance | None = None) -> None:
        """Tell watchers of a change of something that is no VM."""
        if self.events.is_watched:
            self.events.publish(Change(kind, target, before))

    def _tell(self, before: Picture, after: Picture) -> None:
        for change in differences(before, after):
            self.events.publish(change)

    def close(self) -> None:
        """End jobs, then guests."""
        self.jobs.close()
        self.sampler.close()
        self.guest_events.close()
        self.runner.close()
