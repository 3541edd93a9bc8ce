"""One guest of generation 2 with Secure Boot and a TPM, booted once; each test leaves it running."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.emulator.disks.kinds import DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.making import create
from openhyperv.emulator.guests.machine import Bus, GuestDrive, GuestError, GuestNic, Template
from tests.emulator_guests.lab import BOOT_DISK, Booted, Events, Lab

pytestmark = [pytest.mark.guest, pytest.mark.timeout(600)]
MIB = 1 << 20
NIC = GuestNic("nic", "00155D010203", connected=True)
CONFIG_UUID = "83679162-1378-4288-a2d4-70e13ec132aa"


@pytest.fixture(scope="module")
def booted(lab: Lab) -> Booted:
    machine = lab.machine(
        "gen2.vhdx", 2, secure_boot=Template.MICROSOFT_UEFI_CA, has_tpm=True, vcpus=2, nics=[NIC]
    )
    events = Events()
    guest = lab.runner.start(machine, events)
    com1, com2 = lab.open_ports(machine)
    return Booted(machine, guest, com1, com2, com1.wait_for("GUEST-UP"), events)


def test_it_reports_secure_boot_and_its_hardware(booted: Booted) -> None:
    for fact in ("gen=2", "secureboot=1", "lockdown=integrity", "cpus=2", "disks_mib=sda:48", "tpm=2"):
        assert f" {fact} " in booted.report
    assert "nics=eth0:00:15:5d:01:02:03" in booted.report


def test_qemu_has_no_privileges(booted: Booted) -> None:
    status = Path(f"/proc/{booted.guest.process_id}/status").read_text()
    assert "CapEff:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    assert "Uid:\t0" not in status


def test_the_screen_shows_something_at_any_size(booted: Booted) -> None:
    width, height = booted.guest.resolution()
    assert width >= 640
    assert height >= 400
    for size in ((160, 120), (width, height)):
        thumbnail = booted.guest.screen(*size)
        assert len(thumbnail) == 2 * size[0] * size[1]
        assert thumbnail.count(b"\0") < len(thumbnail)


def test_typed_text_and_keys_reach_the_shell(booted: Booted) -> None:
    booted.guest.type_text('echo "Typed: ~!@ #$%" > /tmp/typed\n')
    assert booted.com2.run_until("cat /tmp/typed", "Typed") == "Typed: ~!@ #$%"
    booted.guest.type_text("echo ")
    for down in (True, False):
        booted.guest.press_key(ord("X"), down=down)
    booted.guest.type_scancodes(bytes([0x15, 0x95]))  # y
    booted.guest.type_text(" > /tmp/keys\n")
    assert booted.com2.run_until("cat /tmp/keys", "x") == "xy"


def test_the_heartbeat_comes_from_the_guest(booted: Booted) -> None:
    before = booted.events.beats
    booted.events.wait(lambda events: events.beats > before)


def test_a_paused_guest_stands_still_and_goes_on(booted: Booted) -> None:
    booted.guest.pause()
    before = booted.events.beats
    with pytest.raises(AssertionError):
        booted.events.wait(lambda events: events.beats > before + 1, timeout_s=5)
    booted.guest.resume()
    booted.events.wait(lambda events: events.beats > before + 1)


def test_a_disk_can_be_added_grown_written_and_removed(booted: Booted, tmp_path: Path) -> None:
    disk = tmp_path / "data.vhdx"
    create(disk, DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, 64 * MIB))
    booted.guest.add_drive(GuestDrive("data", Bus.SCSI, 1, 5, disk))
    booted.com2.run_until("report", "sdb:64")
    booted.guest.resize_drive("data", 128 * MIB)
    booted.com2.run_until("report", "sdb:128")
    booted.com2.run("echo written | dd of=/dev/sdb bs=512 seek=200000 conv=fsync 2>/dev/null")
    booted.guest.remove_drive("data")
    assert "sdb" not in booted.com2.run("report")
    raw = tmp_path / "data.raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", str(disk), str(raw)], check=True, timeout=60)
    assert raw.stat().st_size == 128 * MIB
    assert raw.read_bytes()[200000 * 512 :].startswith(b"written\n")


def test_a_configuration_drive_is_read_and_ejected(lab: Lab, booted: Booted) -> None:
    booted.guest.add_drive(GuestDrive("dvd", Bus.SCSI, 0, 7, None, is_dvd=True))
    booted.com2.run_until("ls /sys/block", "sr0")
    booted.guest.change_medium("dvd", lab.configuration_drive(CONFIG_UUID))
    booted.com2.run_until("report", f"config_drive={CONFIG_UUID}")
    booted.guest.change_medium("dvd", None)
    booted.com2.run_until("report", "config_drive=none")
    booted.guest.remove_drive("dvd")


def test_a_network_card_can_be_added_and_removed(booted: Booted) -> None:
    booted.guest.add_nic(GuestNic("second", "00155D0A0B0C"))
    booted.com2.run_until("report", "00:15:5d:0a:0b:0c")
    booted.guest.remove_nic("second")
    assert "00:15:5d:0a:0b:0c" not in booted.com2.run("report")


def test_a_checkpoint_freezes_what_was_written_before_it(booted: Booted, tmp_path: Path) -> None:
    frozen, leaf = tmp_path / "data.vhdx", tmp_path / "data.avhdx"
    create(frozen, DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, 16 * MIB))
    booted.guest.add_drive(GuestDrive("frozen", Bus.SCSI, 0, 9, frozen))
    booted.com2.run_until("report", "sdb:16")
    booted.com2.run("echo before | dd of=/dev/sdb conv=fsync 2>/dev/null")
    create(leaf, DiskSpec(DiskFormat.VHDX, DiskType.DIFFERENCING, parent=frozen))
    booted.guest.checkpoint([("frozen", frozen, leaf)])
    booted.com2.run("echo after_ | dd of=/dev/sdb conv=fsync 2>/dev/null")
    assert _start_of(frozen, tmp_path) == b"before"
    booted.guest.remove_drive("frozen")
    assert _start_of(frozen, tmp_path) == b"before"


def _start_of(disk: Path, directory: Path) -> bytes:
    raw = directory / "start.raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", str(disk), str(raw)], check=True, timeout=60)
    return raw.read_bytes()[:6]


def test_a_saved_guest_goes_on_where_it_was(lab: Lab, booted: Booted) -> None:
    booted.com2.run("echo kept > /tmp/kept")
    booted.guest.save()
    assert booted.guest.process_id is None
    booted.guest = lab.runner.restore(booted.machine, booted.events)
    booted.com1, booted.com2 = lab.open_ports(booted.machine)
    assert booted.com2.run("cat /tmp/kept") == "kept"
    assert booted.events.told == []


def test_a_second_machine_cannot_have_the_same_pipes_or_a_missing_disk(lab: Lab, booted: Booted) -> None:
    rival = lab.machine("gen2.vhdx", 2, serial_pipes=booted.machine.serial_pipes)
    with pytest.raises(GuestError, match="com1"):
        lab.runner.start(rival, Events())
    missing = GuestDrive(BOOT_DISK, Bus.SCSI, 0, 0, rival.state_dir / "nowhere.vhdx")
    with pytest.raises(GuestError, match="nowhere"):
        lab.runner.start(evolve(rival, drives=[missing], serial_pipes=[None, None]), Events())
    assert booted.com2.run("echo well") == "well"
