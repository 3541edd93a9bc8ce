"""One guest, booted once: it sees network cards and disks come, grow and go while it runs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import BlankDisk, DiskFormat, ExistingDisk
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.request import DiskRequest
from tests.capabilities import shows
from tests.emulator_guests.booting import PORTS, lay_in, running, shell_of
from tests.emulator_guests.com_port import ComPort
from tests.hyperv.specs import GEN_2, machine_spec
from tests.hyperv.stock import SWITCH, add_switch

pytestmark = [pytest.mark.guest, pytest.mark.timeout(600)]
MIB = 1 << 20
MAC, SPELLED = "00155D0A0B0C", "00:15:5d:0a:0b:0c"
SECTOR_BYTES = 512


@frozen
class Booted:
    """A running machine, and what speaks for its guest."""

    emulated: EmulatedHost
    host: Host
    machine: VirtualMachine
    shell: ComPort

    def sectors(self, disk: str) -> int:
        """The size of a disk as the guest's kernel has it now."""
        return int(self.shell.run(f"cat /sys/block/{disk}/size"))


@pytest.fixture(scope="module")
def booted(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    with running(tmp_path_factory.mktemp("host")) as (emulated, host):
        add_switch(host)
        source = ExistingDisk(lay_in(emulated, images / "gen2.vhdx"), DiskFormat.VHDX)
        disks = (DiskRequest("root", source, boot_index=0),)
        spec = machine_spec("hot", GEN_2 | PORTS, disks=disks)
        machine = host.create(spec)
        machine.start()
        yield Booted(emulated, host, machine, shell_of(emulated, spec))


@shows("F9", guest=True)
@shows("F8", guest=True)
def test_a_network_card_comes_and_goes(booted: Booted) -> None:
    adapters, shell = booted.machine.adapters, booted.shell
    adapters.add(NetworkAdapter("eth0", MAC, SWITCH, 7, mac_spoofing=True))
    shell.run_until("cat /sys/class/net/*/address", SPELLED)
    shell.run("ip link set dev eth0 up")
    shell.run_until("cat /sys/class/net/eth0/carrier", "1")
    adapters.change(NetworkAdapter("eth0", MAC))
    shell.run_until("cat /sys/class/net/eth0/carrier", "0")
    adapters.remove("eth0")
    assert SPELLED not in shell.run("cat /sys/class/net/*/address")


@shows("C14", guest=True)
@shows("F2", guest=True)
def test_a_disk_comes_grows_and_goes_without_a_restart(booted: Booted, tmp_path: Path) -> None:
    disks, shell = booted.machine.disks, booted.shell
    drive = disks.attach(DiskRequest("data", BlankDisk(), size_bytes=64 * MIB))
    shell.run_until("ls /sys/block", "sdb")
    assert booted.sectors("sdb") == 64 * MIB // SECTOR_BYTES
    disks.grow("data.vhdx", 128 * MIB)
    shell.run_until("cat /sys/block/sdb/size", f"{128 * MIB // SECTOR_BYTES}")
    shell.run("echo written | dd of=/dev/sdb bs=512 seek=200000 conv=fsync 2>/dev/null")
    disks.detach(drive.slot)
    assert "sdb" not in shell.run("ls /sys/block")
    assert drive.file is not None
    file, raw = booted.emulated.host.files.local(drive.file), tmp_path / "raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", file, raw], check=True, timeout=60)
    assert raw.stat().st_size == 128 * MIB
    assert raw.read_bytes()[200000 * SECTOR_BYTES :].startswith(b"written\n")


def test_a_disc_comes_and_goes(booted: Booted, tmp_path: Path) -> None:
    disks, shell = booted.machine.disks, booted.shell
    iso = tmp_path / "disc.iso"
    iso.write_bytes(bytes(MIB))
    drive = disks.attach_dvd()
    shell.run_until("ls /sys/block", "sr0")
    disks.insert(lay_in(booted.emulated, iso))
    shell.run_until("dd if=/dev/sr0 bs=2048 count=1 2>/dev/null | wc -c", "2048")
    disks.eject()
    shell.run_until("cat /sys/block/sr0/size; dd if=/dev/sr0 count=1 2>&1 | head -1", "No medium")
    disks.detach(drive.slot)
    assert "sr0" not in shell.run("ls /sys/block")
