"""A machine of two NUMA nodes that boots from a disc, and has a disk with a limit: its guest sees it all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import frozen

from openhyperv.emulator.debian_guest.boot_files import BootFiles
from openhyperv.emulator.debian_guest.disc import build_disc
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.design import design_machine
from openhyperv.machine.drives import BlankDisk, DiskFormat, ExistingDisk
from openhyperv.machine.host_version import WINDOWS_2025
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.request import DiskRequest, DvdRequest, MachineRequest
from openhyperv.machine.spec import MachineSpec
from tests.capabilities import shows
from tests.emulator_guests.booting import PORTS, lay_in, running, shell_of
from tests.emulator_guests.com_port import ComPort

pytestmark = [pytest.mark.guest, pytest.mark.timeout(900)]
GIB = 1 << 30
READS = 150
MAXIMUM_IOPS = 50
EXTRA_SPECS = {"hw:numa_nodes": "2", "quota:disk_total_bytes_sec": str(MAXIMUM_IOPS * 8192 + 8191)}
FLAVOR = Flavor(4, 768, extra_specs=EXTRA_SPECS)


def specification(disc: str, disk: str) -> MachineSpec:
    """The disc first, then a disk that boots too; a blank disk, which alone has the flavor's limit."""
    properties = ImageProperties({"hw_machine_type": "hyperv-gen2", **PORTS})
    disks = (
        DiskRequest("first", ExistingDisk(disk, DiskFormat.VHDX), boot_index=1),
        DiskRequest("data", BlankDisk(), size_bytes=GIB),
    )
    dvds = (DvdRequest("disc", disc, boot_index=0),)
    return design_machine(
        MachineRequest("sized", uuid4(), FLAVOR, WINDOWS_2025, properties, disks=disks, dvds=dvds)
    )


@frozen
class Sized:
    """The machine, and the shell of its guest."""

    machine: VirtualMachine
    shell: ComPort

    def seconds_to_read(self, count: int, size_kib: int = 8) -> float:
        """How long the guest takes for so many reads of the blank disk, by the guest's clock."""
        now = "cut -d' ' -f1 /proc/uptime"
        disk = "/dev/$(cd /sys/block; grep -lx 2097152 sd*/size | cut -d/ -f1)"
        read = f"dd if={disk} of=/dev/null bs={size_kib}k count={count} iflag=direct 2>/dev/null"
        before, after = map(float, self.shell.run(f"{now}; {read}; {now}").split())
        return after - before


@pytest.fixture(scope="module")
def sized(images: Path, boot_files: BootFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sized]:
    disc = tmp_path_factory.mktemp("discs") / "boot.iso"
    build_disc(disc, 2, boot_files, words="medium=disc")
    with running(tmp_path_factory.mktemp("host")) as (emulated, host):
        spec = specification(lay_in(emulated, disc), lay_in(emulated, images / "gen2.vhdx"))
        machine = host.create(spec)
        machine.start()
        yield Sized(machine, shell_of(emulated, spec))


@shows("D8", "C8", guest=True)
def test_it_boots_from_the_disc_though_a_disk_would_do(sized: Sized) -> None:
    assert "medium=disc" in sized.shell.run("cat /proc/cmdline")


@shows("E4", "E6", guest=True)
def test_it_sees_its_nodes(sized: Sized) -> None:
    nodes = sized.shell.run("cd /sys/devices/system/node; cat node*/cpulist")
    assert nodes.split() == ["0-1", "2-3"]
    sizes = sized.shell.run("cd /sys/devices/system/node; grep -h MemTotal node*/meminfo")
    sizes_mb = [int(line.split()[3]) // 1024 for line in sizes.splitlines()]
    assert len(sizes_mb) == 2
    assert all(300 < size_mb <= 384 for size_mb in sizes_mb), "the kernel keeps some of each"
    sockets = sized.shell.run("cat /sys/devices/system/cpu/cpu*/topology/physical_package_id")
    assert sockets.split() == ["0", "0", "1", "1"]


@shows("I14", guest=True)
def test_a_limit_holds_and_is_changed_and_lifted_while_it_runs(sized: Sized) -> None:
    """Reads of 64 KiB count as eight. A tenth of a second's operations may come at once."""
    (data,) = (drive for drive in sized.machine.disks.list() if drive.maximum_iops)
    assert data.maximum_iops == MAXIMUM_IOPS, "bytes are rounded down to units of 8 KiB"
    limited_s = sized.seconds_to_read(READS)
    assert limited_s > 0.8 * READS / MAXIMUM_IOPS
    assert sized.seconds_to_read(READS // 8, size_kib=64) > 0.6 * READS / MAXIMUM_IOPS
    sized.machine.disks.limit(data.slot, maximum_iops=4 * MAXIMUM_IOPS)
    raised_s = sized.seconds_to_read(READS)
    assert 0.8 * READS / MAXIMUM_IOPS / 4 < raised_s < limited_s
    sized.machine.disks.limit(data.slot)
    assert sized.seconds_to_read(READS) < raised_s
