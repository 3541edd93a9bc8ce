"""What the work is done on: a host with a switch, machines that are metered, and files for new ones."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from uuid import uuid4

import pycdlib

from openhyperv.files.push import push_file
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.making import make_disk
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import service
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.boot import UefiBoot
from openhyperv.machine.drives import BlankDisk, Bus, Disk, DiskFormat, Dvd, ExistingDisk, Slot
from openhyperv.machine.host_version import WINDOWS_2025
from openhyperv.machine.memory import Memory
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.processors import Processors
from openhyperv.machine.serial import SerialMode, SerialPort
from openhyperv.machine.spec import Generation, MachineSpec
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance

FOLDER = r"C:\instances"
ISO = r"C:\OpenHyperV\config.iso"
_SLOTS = tuple(Slot(Bus.SCSI, 0, location) for location in range(2))
_DISK_BYTES = 1 << 30


class Stage:
    """Provides one host. Names that it gives out are new each time."""

    switch_name = "bench"
    disks_of_each = 2

    def __init__(self, host: Host, folder: Path, metered: int) -> None:
        self._host = host
        self._numbers = count(1)
        self._provide_files(folder)
        self._provide_switch()
        self.switch_guid = host.switches.list()[0].guid
        self.metered = dict(self._metered() for _ in range(metered))
        """Running machines by name, each with disks and an adapter."""

    def _provide_files(self, folder: Path) -> None:
        self._host.share.make_folder(WindowsPath.parse(FOLDER))
        iso = pycdlib.PyCdlib()
        iso.new(vol_ident="config-2", joliet=3)
        iso.write(str(folder / "config.iso"))
        push_file(self._host.share, folder / "config.iso", WindowsPath.parse(ISO))

    def _provide_switch(self) -> None:
        settings = Instance("Msvm_VirtualEthernetSwitchSettingData", {"ElementName": self.switch_name})
        arguments = {"SystemSettings": instance_to_text(settings, self._host.session.schema)}
        switches = service("Msvm_VirtualEthernetSwitchManagementService")
        self._host.session.run(switches, "DefineSystem", arguments)

    def name(self) -> str:
        """A name that nothing has."""
        return f"bench-{next(self._numbers)}"

    def mac_address(self) -> str:
        """A MAC address that nothing has."""
        return f"02:00:00:00:00:{next(self._numbers) % 256:02x}"

    def disk(self) -> str:
        """The path of a new, empty disk."""
        slot = _SLOTS[0]
        blank = Disk(self.name(), BlankDisk(), slot, size_bytes=_DISK_BYTES)
        return make_disk(self._host.disks, blank, WindowsPath.parse(FOLDER))

    def spawned(self, name: str, disk: str) -> MachineSpec:
        """What a job of spawning makes: disk, config drive, adapter, serial port."""
        return MachineSpec(
            name=name,
            identity=uuid4(),
            generation=Generation.TWO,
            processors=Processors(2),
            memory=Memory.static(2048),
            boot_order=UefiBoot((_SLOTS[0],)),
            disks=(Disk("root", ExistingDisk(disk, DiskFormat.VHDX), _SLOTS[0]),),
            dvds=(Dvd("config", ISO, _SLOTS[1]),),
            network_adapters=(NetworkAdapter(f"{name}-port", self.mac_address().replace(":", "")),),
            serial_ports=(SerialPort(1, SerialMode.READ_WRITE, rf"\\.\pipe\{name}"),),
            host=WINDOWS_2025,
        )

    def unbound(self, name: str, port: str) -> MachineSpec:
        """A machine with an adapter whose cable hangs loose."""
        return self._plain(name, NetworkAdapter(port))

    def _metered(self) -> tuple[str, VirtualMachine]:
        name = self.name()
        disks = tuple(
            Disk(f"{name}-{number}", BlankDisk(), _SLOTS[number], size_bytes=_DISK_BYTES)
            for number in range(self.disks_of_each)
        )
        adapter = NetworkAdapter(f"{name}-port", switch=self.switch_name)
        machine = self._host.create(self._plain(name, adapter, disks))
        machine.start()
        machine.start_metering()
        return name, machine

    def _plain(self, name: str, adapter: NetworkAdapter, disks: tuple[Disk, ...] = ()) -> MachineSpec:
        return MachineSpec(
            name=name,
            identity=uuid4(),
            generation=Generation.TWO,
            processors=Processors(1),
            memory=Memory.static(512),
            boot_order=UefiBoot(tuple(disk.slot for disk in disks)),
            disks=disks,
            network_adapters=(adapter,),
            host=WINDOWS_2025,
        )
