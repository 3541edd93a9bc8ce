"""A guest of generation 1, from its VHD to a clean end."""

from __future__ import annotations

import json
import subprocess

import pytest

from openhyperv.emulator.guests.machine import GuestEvent
from tests.emulator_guests.lab import Events, Lab

pytestmark = [pytest.mark.guest, pytest.mark.timeout(600)]


def test_it_boots_reboots_and_powers_off_at_the_button(lab: Lab) -> None:
    machine = lab.machine("gen1.vhd", 1)
    events = Events()
    guest = lab.runner.start(machine, events)
    com1, com2 = lab.open_ports(machine)
    assert " gen=1 secureboot=0 " in com1.wait_for("GUEST-UP") + " "
    com2.run("echo kept on disk | dd of=/dev/sda bs=512 seek=98000 conv=fsync 2>/dev/null")
    guest.reset()
    com1.wait_for("GUEST-UP")
    assert events.told == []  # the host's own reset is no news
    com2.run("(sleep 1; reboot -f) >/dev/null 2>&1 &")
    events.wait(lambda heard: heard.told == [GuestEvent.REBOOTED])
    com1.wait_for("GUEST-UP")
    guest.press_power_button()
    com1.wait_for("GUEST-DOWN power button")
    events.wait(lambda heard: heard.told == [GuestEvent.REBOOTED, GuestEvent.POWERED_OFF])
    assert guest.process_id is None
    guest.turn_off()  # does nothing to one that is off
    _check_disk(machine.state_dir / "disks/gen1.vhd")
    assert not list(machine.state_dir.glob("*.qcow2"))


def _check_disk(path: object) -> None:
    """The VHD has what the guest wrote, in its own size."""
    info = json.loads(subprocess.check_output(["qemu-img", "info", "-f", "vpc", "--output=json", str(path)]))
    assert info["virtual-size"] == 48 << 20
    raw = f"{path}.raw"
    subprocess.run(["qemu-img", "convert", "-f", "vpc", "-O", "raw", str(path), raw], check=True, timeout=60)
    with open(raw, "rb") as file:  # noqa: PTH123
        file.seek(98000 * 512)
        assert file.read(12) == b"kept on disk"
