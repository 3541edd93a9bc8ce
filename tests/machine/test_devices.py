"""Drives, adapters, serial ports, boot order, sizes and names."""

from __future__ import annotations

import pytest

from openhyperv.machine.boot import BiosBoot, BootDevice, UefiBoot
from openhyperv.machine.design import design_machine
from openhyperv.machine.disk_capacity import MIB
from openhyperv.machine.drives import BlankDisk, Bus, DiskFormat, DiskSource, ExistingDisk, FromImage, Slot
from openhyperv.machine.host_version import (
    WINDOWS_2012_R2,
    WINDOWS_2016,
    WINDOWS_2019,
    WINDOWS_2022,
    WINDOWS_2025,
    HostVersion,
)
from openhyperv.machine.memory import Memory
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.request import DiskRequest, DvdRequest, MachineRequest
from openhyperv.machine.serial import SerialMode
from openhyperv.machine.violations import BrokenRuleError, Rule
from tests.capabilities import shows

from .requests import GENERATION_2, GIB, IDENTITY, IMAGE, ROOT, request


def refused(wanted: MachineRequest) -> BrokenRuleError:
    with pytest.raises(BrokenRuleError) as caught:
        design_machine(wanted)
    return caught.value


def disks(count: int, bus: Bus | None = None) -> tuple[DiskRequest, ...]:
    return tuple(DiskRequest(f"disk{n}", BlankDisk(), bus, GIB) for n in range(count))


def test_generation_1_boots_from_ide_and_puts_other_disks_on_scsi() -> None:
    spec = design_machine(request(disks=(ROOT, *disks(2)), dvds=(DvdRequest("config", r"C:\c.iso"),)))
    slots = [drive.slot for drive in spec.drives]
    assert slots == [Slot(Bus.IDE, 0, 0), Slot(Bus.SCSI, 0, 0), Slot(Bus.SCSI, 0, 1), Slot(Bus.IDE, 1, 0)]
    assert spec.scsi_controllers == 1


def test_generation_2_has_scsi_only() -> None:
    spec = design_machine(request(GENERATION_2, disks=(ROOT, *disks(64)), dvds=(DvdRequest("config"),)))
    assert {drive.slot.bus for drive in spec.drives} == {Bus.SCSI}
    assert spec.disks[0].slot == Slot(Bus.SCSI, 0, 0)
    assert spec.dvds[0].slot == Slot(Bus.SCSI, 1, 1)
    assert spec.scsi_controllers == 2
    assert len({drive.slot for drive in spec.drives}) == 66


def test_the_root_is_first_even_where_it_is_listed_last() -> None:
    spec = design_machine(request(GENERATION_2, disks=(*disks(3), ROOT)))
    assert spec.disks[3].slot == Slot(Bus.SCSI, 0, 0)


def test_four_controllers_of_64_and_no_more() -> None:
    assert design_machine(request(GENERATION_2, disks=disks(256))).scsi_controllers == 4
    assert refused(request(GENERATION_2, disks=disks(257))).rule is Rule.DISK_SLOTS


def test_generation_1_has_four_ide_slots() -> None:
    assert design_machine(request(disks=disks(4, Bus.IDE))).disks[3].slot == Slot(Bus.IDE, 1, 1)
    assert refused(request(disks=disks(4, Bus.IDE), dvds=(DvdRequest("cd"),))).rule is Rule.DISK_SLOTS


@pytest.mark.parametrize(
    ("image", "disk"),
    [
        ({}, DiskRequest("root", IMAGE, Bus.SCSI)),
        ({"hw_disk_bus": "scsi"}, ROOT),
        (GENERATION_2, DiskRequest("root", IMAGE, Bus.IDE)),
        ({**GENERATION_2, "hw_disk_bus": "ide"}, ROOT),
        ({**GENERATION_2, "hw_disk_bus": "virtio"}, ROOT),
    ],
)
def test_buses_that_the_generation_does_not_have(image: dict[str, str], disk: DiskRequest) -> None:
    assert refused(request(image, disks=(disk,))).rule is Rule.DISK_BUS


@pytest.mark.parametrize(
    ("image", "bus"), [({}, "scsi"), (GENERATION_2, "ide"), (GENERATION_2, "sata"), ({}, "")]
)
def test_dvd_buses_that_the_generation_does_not_have(image: dict[str, str], bus: str) -> None:
    assert refused(request({**image, "hw_cdrom_bus": bus}, dvds=(DvdRequest("cd"),))).rule is Rule.DISK_BUS


def test_drive_names_are_unique() -> None:
    assert refused(request(disks=(ROOT, DiskRequest("root", IMAGE)))).rule is Rule.DRIVE_NAME
    assert refused(request(disks=(ROOT,), dvds=(DvdRequest("root"),))).rule is Rule.DRIVE_NAME
    assert refused(request(dvds=(DvdRequest(""),))).rule is Rule.DRIVE_NAME


def test_the_flavor_sizes_the_root_only() -> None:
    spec = design_machine(request(root_gb=10, disks=(ROOT, DiskRequest("data", IMAGE))))
    assert [disk.size_bytes for disk in spec.disks] == [10 * GIB - 8 * MIB, None]


@shows("C5", "C15")
@pytest.mark.parametrize(
    ("source", "size_bytes"),
    [
        (IMAGE, 10 * GIB - 8 * MIB),
        (BlankDisk(), 10 * GIB - 32 * MIB),
        (FromImage("i.vhd", DiskFormat.VHD, GIB), 10 * GIB - 4 * MIB),
        (BlankDisk(DiskFormat.VHD), 10 * GIB - 4 * MIB),
    ],
    ids=["on a vhdx", "new vhdx", "copy of a vhd", "new vhd"],
)
def test_the_file_of_a_root_disk_stays_within_the_flavor(source: DiskSource, size_bytes: int) -> None:
    asked = request(root_gb=10, disks=(DiskRequest("root", source),))
    assert design_machine(asked).disks[0].size_bytes == size_bytes


@pytest.mark.parametrize(
    "disk",
    [
        DiskRequest("d", IMAGE, size_bytes=GIB),
        DiskRequest("d", IMAGE, size_bytes=65 * 1024 * GIB),
        DiskRequest("d", IMAGE, size_bytes=2 * GIB + 512),
        DiskRequest("d", FromImage("i.vhd", DiskFormat.VHD, GIB), size_bytes=2041 * GIB),
        DiskRequest("d", FromImage("i.vhd", DiskFormat.VHD, GIB), size_bytes=GIB + 100),
        DiskRequest("d", BlankDisk()),
        DiskRequest("d", BlankDisk(), size_bytes=0),
        DiskRequest("d", BlankDisk(), size_bytes=-4096),
        DiskRequest("d", ExistingDisk("e.vhdx", DiskFormat.VHDX), size_bytes=GIB),
    ],
)
def test_sizes_that_no_disk_can_have(disk: DiskRequest) -> None:
    assert refused(request(disks=(disk,))).rule is Rule.DISK_SIZE


def test_a_flavor_smaller_than_the_image_is_refused() -> None:
    for root_gb, holds in ((1, 1067450368), (2, 2141192192)):
        refusal = refused(request(root_gb=root_gb))
        assert refusal.rule is Rule.DISK_SIZE
        assert refusal.message == (
            f"The image's disk has 2147483648 bytes; a file of {root_gb} GiB holds {holds}."
        )
        assert refusal.remedy == "Take a flavor whose disk is a little larger than the image's."
    assert design_machine(request(root_gb=3)).disks[0].size_bytes == 3 * GIB - 6 * MIB


def test_an_existing_disk_keeps_its_size_whatever_the_flavor_says() -> None:
    disk = DiskRequest("root", ExistingDisk("e.vhdx", DiskFormat.VHDX))
    assert design_machine(request(root_gb=1, disks=(disk,))).disks[0].size_bytes is None


def test_generation_1_boots_disks_first_unless_the_root_is_an_iso() -> None:
    disk_first = (BootDevice.HARD_DISK, BootDevice.CD, BootDevice.NETWORK, BootDevice.FLOPPY)
    iso_first = (BootDevice.CD, BootDevice.HARD_DISK, BootDevice.NETWORK, BootDevice.FLOPPY)
    config = DvdRequest("config", r"C:\c.iso")
    assert design_machine(request(dvds=(config,))).boot_order == BiosBoot(disk_first)
    iso = DvdRequest("install", r"C:\i.iso", boot_index=0)
    blank = DiskRequest("disk", BlankDisk(), size_bytes=GIB)
    spec = design_machine(request(disks=(blank,), dvds=(iso,)))
    assert spec.boot_order == BiosBoot(iso_first)
    assert spec.dvds[0].slot == Slot(Bus.IDE, 0, 0)
    assert design_machine(request(disks=(), dvds=(config,))).boot_order == BiosBoot(iso_first)


def test_generation_2_boots_by_index_then_the_rest_then_adapters() -> None:
    last, first = DiskRequest("b", IMAGE, boot_index=7), DiskRequest("c", IMAGE, boot_index=1)
    spec = design_machine(
        request(
            GENERATION_2,
            disks=(DiskRequest("a", IMAGE), last, first),
            dvds=(DvdRequest("d", boot_index=3),),
            network_adapters=(NetworkAdapter("n1"), NetworkAdapter("n2")),
        )
    )
    names = {drive.slot: drive.name for drive in spec.drives}
    assert isinstance(spec.boot_order, UefiBoot)
    tried = [names[each] if isinstance(each, Slot) else each for each in spec.boot_order.devices]
    assert tried == ["c", "d", "b", "a", "n1", "n2"]


@pytest.mark.parametrize("index", [0, -1])
def test_boot_indexes_are_unique_and_not_negative(index: int) -> None:
    other = DiskRequest("other", IMAGE, boot_index=index)
    assert refused(request(GENERATION_2, disks=(ROOT, other))).rule is Rule.BOOT_INDEX


def test_a_machine_without_drives_is_a_machine() -> None:
    assert design_machine(request(disks=())).drives == ()


RW, RO, NO = SerialMode.READ_WRITE, SerialMode.READ_ONLY, SerialMode.UNUSED


@pytest.mark.parametrize(
    ("interactive", "logging", "modes"),
    [
        (None, None, (RW, NO)),
        ("1", None, (RW, NO)),
        ("2", None, (RO, RW)),
        (None, "1", (RW, NO)),
        (None, "2", (RW, RO)),
        ("1", "1", (RW, NO)),
        ("1", "2", (RW, RO)),
        ("2", "1", (RO, RW)),
        ("2", "2", (NO, RW)),
    ],
)
def test_serial_ports(
    interactive: str | None, logging: str | None, modes: tuple[SerialMode, SerialMode]
) -> None:
    properties = {"interactive_serial_port": interactive, "logging_serial_port": logging}
    image = {name: value for name, value in properties.items() if value is not None}
    ports = design_machine(request(image)).serial_ports
    assert [port.number for port in ports] == [1, 2]
    assert tuple(port.mode for port in ports) == modes


def test_serial_pipes_are_named_after_the_identity() -> None:
    ports = design_machine(request({"logging_serial_port": "2"})).serial_ports
    assert [port.pipe for port in ports] == [rf"\\.\pipe\{IDENTITY}_rw", rf"\\.\pipe\{IDENTITY}_ro"]
    assert design_machine(request()).serial_ports[1].pipe is None


@pytest.mark.parametrize("name", ["interactive_serial_port", "logging_serial_port"])
@pytest.mark.parametrize("value", ["0", "3", "", "one", "1 ", "01", "٢"])
def test_serial_port_numbers_are_1_and_2(name: str, value: str) -> None:
    error = refused(request({name: value}))
    assert (error.rule, error.subject) == (Rule.SERIAL_PORT, name)


@pytest.mark.parametrize(
    ("image", "host", "vcpus", "memory_mb"),
    [
        ({}, WINDOWS_2025, 64, 1024**2),
        (GENERATION_2, WINDOWS_2012_R2, 64, 1024**2),
        (GENERATION_2, WINDOWS_2016, 240, 12 * 1024**2),
        (GENERATION_2, WINDOWS_2019, 240, 12 * 1024**2),
        (GENERATION_2, WINDOWS_2022, 1024, 12 * 1024**2),
        (GENERATION_2, HostVersion(10, 0, 25398), 1024, 12 * 1024**2),
        (GENERATION_2, WINDOWS_2025, 2048, 240 * 1024**2),
    ],
)
def test_the_largest_machine(image: dict[str, str], host: HostVersion, vcpus: int, memory_mb: int) -> None:
    spec = design_machine(request(image, host=host, vcpus=vcpus, memory_mb=memory_mb))
    assert (spec.processors.count, spec.memory) == (vcpus, Memory.static(memory_mb))
    assert refused(request(image, host=host, vcpus=vcpus + 1)).rule is Rule.VCPUS
    assert refused(request(image, host=host, memory_mb=memory_mb + 2)).rule is Rule.MEMORY


@pytest.mark.parametrize("vcpus", [0, -1])
def test_at_least_one_processor(vcpus: int) -> None:
    assert refused(request(vcpus=vcpus)).rule is Rule.VCPUS


@pytest.mark.parametrize("memory_mb", [-2, 0, 30])
def test_memory_is_not_too_small(memory_mb: int) -> None:
    assert refused(request(memory_mb=memory_mb)).rule is Rule.MEMORY


def test_odd_memory_is_rounded_down_and_that_is_said() -> None:
    spec = design_machine(request(memory_mb=513))
    assert spec.memory == Memory.static(512)
    assert spec.remarks == (
        "The machine has 512 MiB of memory instead of 513: Hyper-V gives memory in steps of 2 MiB.",
    )


@pytest.mark.parametrize(
    "name",
    ["", " ", " x", "x ", "a\nb", "a\x00b", "a\x7fb", "a\u2028b", "a\ufffe", "\ud800", "x" * 101, "😀" * 51],
)
def test_names_that_no_machine_can_have(name: str) -> None:
    assert refused(request(name=name)).rule in {Rule.NAME, Rule.TEXT}


@pytest.mark.parametrize("name", ["x" * 100, "😀" * 50, 'it\'s "100%" <ok>; DROP', "..", "a:b", "Žluťoučký"])
def test_names_that_a_machine_can_have(name: str) -> None:
    assert design_machine(request(name=name)).name == name


def test_notes_may_have_lines_but_nothing_that_xml_cannot_carry() -> None:
    assert design_machine(request(notes="two\nlines\t")).notes == "two\nlines\t"
    assert refused(request(notes="bell\x07")).rule is Rule.TEXT
    assert refused(request(metadata={"a": "\x00"})).rule is Rule.TEXT


@pytest.mark.parametrize("text", ["00:15:5d:01:02:ff", "00-15-5D-01-02-FF", "0015.5d01.02ff", "00155D0102FF"])
def test_mac_addresses_in_every_spelling(text: str) -> None:
    spec = design_machine(request(network_adapters=(NetworkAdapter("n", text),)))
    assert spec.network_adapters[0].mac_address == "00155D0102FF"


@pytest.mark.parametrize(
    "adapters",
    [
        (NetworkAdapter(""),),
        (NetworkAdapter("n"), NetworkAdapter("n")),
        (NetworkAdapter("a", "00155D010203"), NetworkAdapter("b", "00:15:5d:01:02:03")),
        (NetworkAdapter("n", "00155D01020"),),
        (NetworkAdapter("n", "01155D010203"),),
        (NetworkAdapter("n", "000000000000"),),
        (NetworkAdapter("n", switch="s", vlan_id=0),),
        (NetworkAdapter("n", switch="s", vlan_id=4095),),
        (NetworkAdapter("n", vlan_id=10),),
        tuple(NetworkAdapter(f"n{n}") for n in range(65)),
    ],
)
def test_adapters_that_no_machine_can_have(adapters: tuple[NetworkAdapter, ...]) -> None:
    assert refused(request(network_adapters=adapters)).rule is Rule.NETWORK_ADAPTER


def test_adapters_are_fewer_before_2019() -> None:
    nine = tuple(NetworkAdapter(f"n{n}") for n in range(9))
    assert refused(request(network_adapters=nine, host=WINDOWS_2016)).rule is Rule.NETWORK_ADAPTER
    assert len(design_machine(request(network_adapters=nine, host=WINDOWS_2019)).network_adapters) == 9
