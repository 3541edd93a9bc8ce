"""Hardware as a file describes it."""

from __future__ import annotations

from ipaddress import ip_interface
from pathlib import Path

import pytest
from click.testing import CliRunner

from openhyperv.emulator.command import main
from openhyperv.emulator.host.hardware import BusType, UniqueIdFormat, default_hardware
from openhyperv.emulator.host.hardware.reading import read_hardware
from openhyperv.errors import InvalidInputError

TEXT = """
logical_processors = 32
memory_mb = 131072
numa_nodes = 2
processor_mhz = 3100

[[disk]]
number = 1
size_mb = 102400
serial = "LUN-1"
bus = "Fibre Channel"
unique_id = "naa.600140512345"
unique_id_format = "SCSI name string"
has_multipath = true

[[pci]]
vendor = "10de"
product = "13F2"
bus = 3
is_dismounted = true

[[gpu]]
name = "Emulated GPU"
memory_mb = 8192

[[adapter]]
name = "Fast Adapter"
virtual_functions = 8
addresses = ["192.0.2.10/24"]
"""


def test_a_file_describes_the_whole_host() -> None:
    hardware = read_hardware(TEXT, "HV1")
    assert (hardware.logical_processors, hardware.memory_mb, hardware.numa_nodes) == (32, 131_072, 2)
    assert hardware.processor_mhz == 3100
    system, lun = hardware.disks
    assert (system.number, system.is_boot) == (0, True)
    assert (lun.bus, lun.unique_id_format) == (BusType.FIBRE_CHANNEL, UniqueIdFormat.SCSI_NAME_STRING)
    assert lun.device_path.startswith(r"\\?\mpio#")
    (device,) = hardware.pci
    assert device.assignable_path.startswith(r"PCIP\VEN_10DE&DEV_13F2&SUBSYS_")
    assert device.location_path == "PCIROOT(0)#PCI(0300)#PCI(0000)"
    assert [gpu.memory_mb for gpu in hardware.gpus] == [8192]


def test_an_adapter_keeps_what_follows_from_the_name_of_its_host() -> None:
    (adapter,) = read_hardware(TEXT, "HV1").adapters
    usual = default_hardware("HV1").adapters[0]
    assert (adapter.guid, adapter.mac) == (usual.guid, usual.mac)
    assert (adapter.name, adapter.offload.virtual_functions) == ("Fast Adapter", 8)
    assert adapter.addresses == (ip_interface("192.0.2.10/24"),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("disks = 3", "no disks"),
        ("memory_mb = '64'", "memory_mb cannot be '64'"),
        ("numa_nodes = 0", "numa_nodes"),
        ("[[disk]]\nnumber = 1\nsize_mb = 1\nserial = 'A'\nbus = 'SCSSI'", "SCSSI is none of"),
        ("[[disk]]\nnumber = 1\nsize_mb = 1\nserial = 'A'\ncolour = 'red'", "disk 1: there is no colour"),
        ("[[disk]]\nnumber = 1\nsize_mb = true\nserial = 'A'", "size_mb cannot be True"),
        ("[[disk]]\nnumber = 0\nsize_mb = 1\nserial = 'A'", "two disks have one number"),
        ("[[pci]]\nvendor = 'NVDA'\nproduct = '13F2'\nbus = 3", "pci 1"),
        ("[disk]\nnumber = 1", r"\[\[disk\]\]"),
        ("[[gpu]]", "gpu 1"),
        ("[[adapter]]\naddresses = ['localhost']", "adapter 1"),
        ("= 1", "no TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(text: str, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        read_hardware(text, "HV1")


def test_hvsim_says_what_is_wrong_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "hardware.toml"
    file.write_text("[[disk]]\nnumber = 1\n")
    result = CliRunner().invoke(main, ["run", "--hardware", str(file), "--data", str(tmp_path / "data")])
    assert result.exit_code == 1
    assert "disk 1" in result.output


def test_a_gpu_in_partitions_is_a_pci_device_too() -> None:
    text = (
        "[[partitionable_gpu]]\nvendor = '10DE'\nproduct = '25B6'\nbus = 59\nmemory_mb = 16384\n"
        "partition_counts = [1, 2, 4]"
    )
    hardware = read_hardware(text, "HV1")
    (gpu,) = hardware.partitionable_gpus
    assert (gpu.partition_counts, gpu.memory_mb) == ((1, 2, 4), 16_384)
    assert list(hardware.pci_devices) == [gpu.device]
    for counts in ("[]", "[0]", "['2']", "3"):
        with pytest.raises(InvalidInputError, match="partitionable_gpu 1"):
            read_hardware(text.replace("[1, 2, 4]", counts), "HV1")
