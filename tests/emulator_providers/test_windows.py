"""What Windows on the host tells in root/cimv2."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from openhyperv.wire.path import ObjectPath, parse_path
from tests.emulator_providers.conftest import Emulate, Emulated
from tests.emulator_providers.test_images import create, define_machine_with

CIMV2 = "root/cimv2"


@pytest.mark.parametrize(
    ("release", "caption", "version"),
    [
        ("2012R2", "Microsoft Windows Server 2012 R2 Datacenter", "6.3.9600"),
        ("2019", "Microsoft Windows Server 2019 Datacenter", "10.0.17763"),
        ("2025", "Microsoft Windows Server 2025 Datacenter", "10.0.26100"),
    ],
)
def test_the_operating_system_is_that_of_the_profile(
    emulate: Emulate, release: str, caption: str, version: str
) -> None:
    system = emulate(release).only("Win32_OperatingSystem", CIMV2)
    assert (system["Caption"], system["Version"], system["CSName"]) == (caption, version, "HV1")


def test_its_clock_is_right(emulated: Emulated) -> None:
    clock = emulated.manager.get(parse_path("Win32_OperatingSystem=@", default_namespace=CIMV2))[
        "LocalDateTime"
    ]
    assert isinstance(clock, datetime)
    assert abs(datetime.now(UTC) - clock) < timedelta(minutes=1)
    local = emulated.only("Win32_LocalTime", CIMV2)
    assert local["Year"] == clock.year
    assert emulated.only("Win32_TimeZone", CIMV2)["Bias"] == 0


def test_a_running_machine_takes_its_memory(emulated: Emulated) -> None:
    before = emulated.only("Win32_OperatingSystem", CIMV2)
    assert before["TotalVisibleMemorySize"] == before["FreePhysicalMemory"] == 98_304 * 1024
    create(emulated, r"C:\disk.vhdx")
    define_machine_with(emulated, r"C:\disk.vhdx")
    after = emulated.only("Win32_OperatingSystem", CIMV2)
    assert after["FreePhysicalMemory"] == (98_304 - 1024) * 1024


def test_the_computer_is_as_big_as_its_hardware(emulated: Emulated) -> None:
    computer = emulated.only("Win32_ComputerSystem", CIMV2)
    assert (computer["NumberOfProcessors"], computer["NumberOfLogicalProcessors"]) == (2, 24)
    assert computer["TotalPhysicalMemory"] == 98_304 << 20
    processors = emulated.query("SELECT * FROM Win32_Processor WHERE ProcessorType=3", CIMV2)
    assert [processor["NumberOfLogicalProcessors"] for processor in processors] == [12, 12]


def test_drive_c_has_the_room_of_the_file_system_behind_it(emulated: Emulated) -> None:
    drive = emulated.manager.get(ObjectPath("Win32_LogicalDisk", {"DeviceID": "c:"}, CIMV2))
    assert drive["Size"] == shutil.disk_usage(emulated.host.files.drive_c).total
    assert 0 < int(str(drive["FreeSpace"])) <= int(str(drive["Size"]))


def test_services_and_roles(emulated: Emulated) -> None:
    names = {service["Name"]: service["State"] for service in emulated.all("Win32_Service", CIMV2)}
    assert names == {"vmms": "Running", "WinRM": "Running"}
    assert emulated.query("SELECT * FROM Win32_ServerFeature WHERE ID=20", CIMV2)
    assert emulated.query("SELECT * FROM Win32_ServerFeature WHERE ID=57", CIMV2) == []


def test_network_adapters_are_the_ones_that_switches_bind(emulated: Emulated) -> None:
    guids = {adapter["GUID"] for adapter in emulated.all("Win32_NetworkAdapter", CIMV2)}
    external = emulated.all("Msvm_ExternalEthernetPort")
    assert guids == {str(port["DeviceID"]).removeprefix("Microsoft:") for port in external}
    assert len(emulated.all("Win32_NetworkAdapterConfiguration", CIMV2)) == 2


@pytest.mark.parametrize(("release", "is_there"), [("2012R2", False), ("2016", True)])
def test_what_firmware_tells_of_processors_came_with_2016(
    emulate: Emulate, release: str, is_there: bool
) -> None:
    host = emulate(release)
    later = (
        "AssetTag",
        "Characteristics",
        "NumberOfEnabledCore",
        "PartNumber",
        "SerialNumber",
        "ThreadCount",
    )
    decl = host.host.schema.find(CIMV2, "Win32_Processor")
    assert decl is not None
    assert {decl.property(name) is not None for name in later} == {is_there}


def test_nobody_tells_what_only_windows_server_2008_told(emulated: Emulated) -> None:
    decl = emulated.host.schema.find(CIMV2, "Win32_OperatingSystem")
    assert decl is not None
    assert decl.property("QuantumLength") is decl.property("QuantumType") is None
