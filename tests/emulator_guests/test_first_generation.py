"""A guest of generation 1, from its VHD to a clean end."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.emulator.guests.machine import Bus, GuestDrive, GuestEvent
from tests.emulator_guests.lab import Events, Lab

pytestmark = [pytest.mark.guest, pytest.mark.timeout(600)]
CONFIG_UUID = "5e3c5fd2-9a57-4b0d-8d0a-4c6f1f8a7a11"


def test_it_boots_reboots_and_powers_off_at_the_button(lab: Lab) -> None:
    machine = lab.machine("gen1.vhd", 1)
    dvd = GuestDrive("dvd", Bus.IDE, 1, 0, lab.configuration_drive(CONFIG_UUID), is_dvd=True)
    events = Events()
    guest = lab.runner.start(evolve(machine, drives=[*machine.drives, dvd]), events)
    com1, com2 = lab.open_ports(machine)
    report = com1.wait_for("GUEST-UP")
    assert " gen=1 secureboot=0 " in report
    assert report.endswith(f"config_drive={CONFIG_UUID}")
    guest.change_medium("dvd", None)
    com2.run_until("report", "config_drive=none")
    com2.run("echo kept on disk | dd of=/dev/sda bs=512 seek=98000 conv=fsync 2>/dev/null")
    com2.run("(sleep 1; reboot -f) >/dev/null 2>&1 &")
    events.wait(lambda heard: heard.told == [GuestEvent.REBOOTED])
    guest.reset()  # by the host: no news
    com1.wait_for("GUEST-UP")
    guest.press_power_button()
    com1.wait_for("GUEST-DOWN power button")
    events.wait(lambda heard: heard.told == [GuestEvent.REBOOTED, GuestEvent.POWERED_OFF])
    assert guest.process_id is None
    guest.turn_off()  # does nothing to one that is off
    _check_disk(machine.state_dir / "disks/gen1.vhd")
    assert not list(machine.state_dir.glob("*.qcow2"))


def _check_disk(path: Path) -> None:
    """The VHD has what the guest wrote, in its own size."""
    info = json.loads(subprocess.check_output(["qemu-img", "info", "-f", "vpc", "--output=json", str(path)]))
    assert info["virtual-size"] == 48 << 20
    raw = path.with_suffix(".raw")
    argv = ["qemu-img", "convert", "-f", "vpc", "-O", "raw", str(path), str(raw)]
    subprocess.run(argv, check=True, timeout=60)
    assert raw.read_bytes()[98000 * 512 :].startswith(b"kept on disk\n")
