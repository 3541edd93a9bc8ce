"""Guests that are states only."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.emulator.guests.machine import (
    Bus,
    GuestDrive,
    GuestError,
    GuestEvent,
    GuestMachine,
    GuestNic,
)
from openhyperv.emulator.guests.state_only import StateOnlyRunner


def _machine(tmp_path: Path, *drives: GuestDrive) -> GuestMachine:
    return GuestMachine("A", "a", 2, 1, 512, tmp_path, drives)


def test_a_start_needs_its_disks(tmp_path: Path) -> None:
    disk = tmp_path / "disk.vhdx"
    machine = _machine(tmp_path, GuestDrive("d", Bus.SCSI, 0, 0, disk))
    with pytest.raises(GuestError, match=r"disk\.vhdx"):
        StateOnlyRunner().start(machine, lambda _: None)
    disk.touch()
    assert StateOnlyRunner().start(machine, lambda _: None).process_id is None


def test_the_power_button_ends_it_and_is_told_once(tmp_path: Path) -> None:
    told: list[GuestEvent] = []
    guest = StateOnlyRunner().start(_machine(tmp_path), told.append)
    guest.press_power_button()
    guest.turn_off()
    assert told == [GuestEvent.POWERED_OFF]
    with pytest.raises(GuestError, match="ended"):
        guest.pause()


def test_only_a_saved_guest_can_be_restored_and_only_once(tmp_path: Path) -> None:
    runner, machine = StateOnlyRunner(), _machine(tmp_path)
    with pytest.raises(GuestError, match="no saved state"):
        runner.restore(machine, lambda _: None)
    runner.start(machine, lambda _: None).save()
    runner.restore(machine, lambda _: None).turn_off()
    with pytest.raises(GuestError, match="no saved state"):
        runner.restore(machine, lambda _: None)


def test_devices_come_and_go(tmp_path: Path) -> None:
    guest = StateOnlyRunner().start(_machine(tmp_path), lambda _: None)
    guest.add_nic(GuestNic("n", "00155D000001"))
    guest.remove_nic("n")
    with pytest.raises(GuestError, match="no device n"):
        guest.remove_nic("n")


def test_the_screen_is_black_in_the_size_asked_for(tmp_path: Path) -> None:
    guest = StateOnlyRunner().start(_machine(tmp_path), lambda _: None)
    assert guest.screen(80, 60) == bytes(80 * 60 * 2)
