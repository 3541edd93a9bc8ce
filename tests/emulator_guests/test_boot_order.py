"""Guests that say which of their disks they booted from, and that get memory while they run."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from openhyperv.emulator.debian_guest.boot_files import BootFiles
from openhyperv.emulator.debian_guest.disc import build_disc
from openhyperv.emulator.debian_guest.image import build, convert
from openhyperv.machine.design import design_machine
from openhyperv.machine.drives import DiskFormat, ExistingDisk
from openhyperv.machine.host_version import WINDOWS_2025
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.request import DiskRequest, DvdRequest, MachineRequest
from openhyperv.machine.spec import MachineSpec
from tests.capabilities import shows
from tests.emulator_guests.booting import PORTS, lay_in, running, shell_of
from tests.emulator_guests.com_port import ComPort

pytestmark = [pytest.mark.guest, pytest.mark.timeout(900)]


def specification(generation: int, *disks: DiskRequest, dvds: tuple[DvdRequest, ...] = ()) -> MachineSpec:
    """A machine with 512 MB."""
    properties = ImageProperties({"hw_machine_type": f"hyperv-gen{generation}", **PORTS})
    flavor = Flavor(1, 512)
    return design_machine(
        MachineRequest("ordered", uuid4(), flavor, WINDOWS_2025, properties, disks=disks, dvds=dvds)
    )


def existing(name: str, file: str, boot_index: int | None = None) -> DiskRequest:
    return DiskRequest(name, ExistingDisk(file, DiskFormat(file.rpartition(".")[2])), boot_index=boot_index)


def memory_mb(shell: ComPort) -> int:
    """What the guest's kernel manages."""
    return int(shell.run("sed -n 's/MemTotal: *\\([0-9]*\\).*/\\1/p' /proc/meminfo")) // 1024


@shows("D8", "E1", guest=True)
def test_the_second_disk_is_booted_and_memory_comes_and_goes(
    images: Path, boot_files: BootFiles, tmp_path: Path
) -> None:
    build(tmp_path / "second.raw", 2, boot_files, words="medium=second")
    convert(tmp_path / "second.raw", tmp_path / "second.vhdx")
    with running(tmp_path) as (emulated, host):
        first = existing("first", lay_in(emulated, images / "gen2.vhdx"), 1)
        second = existing("second", lay_in(emulated, tmp_path / "second.vhdx"), 0)
        spec = specification(2, first, second)
        machine = host.create(spec)
        machine.start()
        shell = shell_of(emulated, spec)
        assert "medium=second" in shell.run("cat /proc/cmdline")
        booted_mb = memory_mb(shell)
        machine.resize(memory_mb=1024)
        assert memory_mb(shell) == booted_mb + 512
        machine.resize(memory_mb=448)
        assert memory_mb(shell) == booted_mb - 64
        assert machine.summary().memory_mb == 448


@shows("D7", "C8", guest=True)
def test_generation_1_boots_from_a_disc_before_its_disk(
    images: Path, boot_files: BootFiles, tmp_path: Path
) -> None:
    build_disc(tmp_path / "boot.iso", 1, boot_files, words="medium=disc")
    with running(tmp_path) as (emulated, host):
        disc = DvdRequest("root", lay_in(emulated, tmp_path / "boot.iso"), boot_index=0)
        spec = specification(1, existing("disk", lay_in(emulated, images / "gen1.vhd")), dvds=(disc,))
        machine = host.create(spec)
        machine.start()
        shell = shell_of(emulated, spec)
        assert "medium=disc" in shell.run("cat /proc/cmdline")
