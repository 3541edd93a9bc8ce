"""How fast disks may be, on which buses they are, and where the config drive is."""

from __future__ import annotations

import pytest

from openhyperv.machine.drives import BlankDisk, Bus, DiskFormat, ExistingDisk, Slot
from openhyperv.machine.request import DiskRequest, DvdRequest
from tests.capabilities import shows

from .asking import granted, refused
from .requests import GIB, ROOT

EPHEMERAL = DiskRequest("ephemeral", BlankDisk(), size_bytes=GIB)
VOLUME = DiskRequest("volume", ExistingDisk(r"C:\v.vhdx", DiskFormat.VHDX))
ISO = DvdRequest("config", r"C:\config.iso")
CONFIG_VHD = DiskRequest("config", ExistingDisk(r"C:\config.vhd", DiskFormat.VHD))
CONFIG_VHDX = DiskRequest("config", ExistingDisk(r"C:\config.vhdx", DiskFormat.VHDX))


@shows("I14")
@pytest.mark.parametrize(
    ("release", "words", "iops"),
    [
        ("2025", "", 0),
        ("2012R2", "quota:disk_total_iops_sec=100", 100),
        ("2025", "quota:disk_total_iops_sec=100 quota:disk_total_bytes_sec=8192", 100),
        ("2025", "quota:disk_total_iops_sec=0 quota:disk_total_bytes_sec=16384", 2),
        ("2025", "quota:disk_total_bytes_sec=8192", 1),
        ("2025", "quota:disk_total_bytes_sec=81920", 10),
        ("2025", "quota:disk_total_bytes_sec=0", 0),
        ("2012", "quota:disk_total_iops_sec=0", 0),
    ],
)
def test_every_local_disk_has_the_flavors_limit(release: str, words: str, iops: int) -> None:
    spec = granted(release, words, disks=(ROOT, EPHEMERAL, VOLUME), config_drive=CONFIG_VHD)
    limits = {disk.name: disk.maximum_iops for disk in spec.disks}
    assert limits == {"root": iops, "ephemeral": iops, "volume": 0, "config": 0}
    assert spec.remarks == ()


@shows("I14")
@pytest.mark.parametrize(
    ("bytes_per_second", "iops", "granted_bytes"),
    [(1, 1, 8192), (8191, 1, 8192), (8193, 1, 8192), (16383, 1, 8192), (1_000_000, 122, 999_424)],
)
def test_bytes_are_rounded_down_but_not_below_one(
    bytes_per_second: int, iops: int, granted_bytes: int
) -> None:
    spec = granted("2025", f"quota:disk_total_bytes_sec={bytes_per_second}")
    assert spec.disks[0].maximum_iops == iops
    assert spec.remarks == (
        (
            f"Disks are limited to {granted_bytes} bytes per second instead of {bytes_per_second}: "
            "Hyper-V counts operations of 8192 bytes."
        ),
    )


@shows("I14")
def test_a_disk_has_limits_of_its_own() -> None:
    volume = DiskRequest("volume", VOLUME.source, maximum_iops=500, minimum_iops=50)
    free = DiskRequest("free", BlankDisk(), size_bytes=GIB, maximum_iops=0)
    spec = granted("2025", "quota:disk_total_iops_sec=100", disks=(ROOT, volume, free))
    assert [(disk.maximum_iops, disk.minimum_iops) for disk in spec.disks] == [(100, 0), (500, 50), (0, 0)]


@pytest.mark.parametrize(
    ("maximum", "minimum", "text"),
    [
        (10, 20, "20 operations per second at least are more than 10 at most."),
        (-1, 0, "Operations per second are not negative."),
        (None, -1, "Operations per second are not negative."),
    ],
)
def test_limits_that_no_disk_can_have(maximum: int | None, minimum: int, text: str) -> None:
    disk = DiskRequest("root", ROOT.source, maximum_iops=maximum, minimum_iops=minimum)
    assert refused("2025", "", disks=(disk,)) == ("disk-limit", text)


@shows("F3")
@pytest.mark.parametrize(
    ("words", "slot"),
    [
        ("gen1", Slot(Bus.IDE, 0, 0)),
        ("gen1 hw_disk_bus=ide", Slot(Bus.IDE, 0, 0)),
        ("gen1 hw_disk_bus=IDE", Slot(Bus.IDE, 0, 0)),
        ("gen2", Slot(Bus.SCSI, 0, 0)),
        ("gen2 hw_disk_bus=SCSI hw_cdrom_bus=Scsi", Slot(Bus.SCSI, 0, 0)),
    ],
)
def test_buses_are_told_in_either_case(words: str, slot: Slot) -> None:
    assert granted("2025", words).disks[0].slot == slot


@shows("F10")
@pytest.mark.parametrize(
    ("words", "addresses"),
    [("gen1", ["0:0", "0:0:0:0", "1:0"]), ("gen2", ["0:0:0:0", "0:0:0:2", "0:0:0:1"])],
)
def test_addresses_for_the_guests_metadata(words: str, addresses: list[str]) -> None:
    spec = granted("2025", words, disks=(ROOT, EPHEMERAL), config_drive=ISO)
    assert [drive.slot.guest_address for drive in spec.drives] == addresses


@shows("F10")
def test_further_scsi_controllers_are_in_the_address() -> None:
    disks = tuple(DiskRequest(f"disk{n}", BlankDisk(), size_bytes=GIB) for n in range(66))
    assert granted("2025", "gen2", disks=disks).disks[65].slot.guest_address == "0:0:1:1"


@shows("F2", "F4")
@pytest.mark.parametrize(
    ("words", "config", "slot"),
    [
        ("gen1", ISO, Slot(Bus.IDE, 1, 0)),
        ("gen1", CONFIG_VHD, Slot(Bus.IDE, 1, 0)),
        ("gen1", CONFIG_VHDX, Slot(Bus.IDE, 1, 0)),
        ("gen2", ISO, Slot(Bus.SCSI, 0, 1)),
        ("gen2", CONFIG_VHDX, Slot(Bus.SCSI, 0, 1)),
    ],
)
def test_the_config_drive_has_its_place_before_other_drives(
    words: str, config: DiskRequest | DvdRequest, slot: Slot
) -> None:
    others = tuple(DvdRequest(f"cd{n}") for n in range(2))
    spec = granted("2025", words, dvds=others, config_drive=config)
    assert {drive.name: drive.slot for drive in spec.drives}["config"] == slot
    assert spec.disks[0].slot.location == spec.disks[0].slot.controller == 0


@shows("F4")
@pytest.mark.parametrize(
    ("words", "config", "rule", "text"),
    [
        (
            "gen2",
            CONFIG_VHD,
            "disk-format",
            (
                "Generation 2 needs disks in VHDX format; this one is VHD. Convert the image to VHDX. "
                "It must also have been made for UEFI: an image made for generation 1 does not boot in "
                "generation 2."
            ),
        ),
        ("gen1", DvdRequest("config", "c.iso", 1), "config-drive", "A config drive is not booted from."),
        ("gen1", DvdRequest("root"), "drive-name", "Each drive has a name of its own."),
    ],
)
def test_config_drives_that_are_refused(
    words: str, config: DiskRequest | DvdRequest, rule: str, text: str
) -> None:
    assert refused("2025", words, config_drive=config) == (rule, text)


@shows("F2")
def test_the_last_slot_of_generation_1_is_kept_for_the_config_drive() -> None:
    three = tuple(DvdRequest(f"cd{n}") for n in range(3))
    assert refused("2025", "gen1", dvds=three, config_drive=ISO) == (
        "disk-slots",
        "All 4 IDE slots of the machine are taken.",
    )
