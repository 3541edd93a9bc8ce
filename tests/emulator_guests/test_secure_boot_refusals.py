"""What the firmware must not start: the guest's own console says why it did not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from openhyperv.emulator.guests.machine import GuestError, Template
from tests.emulator_guests.com_port import ComPort
from tests.emulator_guests.lab import Events, Lab

pytestmark = [pytest.mark.guest, pytest.mark.timeout(600)]


@contextmanager
def _started(lab: Lab, image: str, template: Template) -> Iterator[Sequence[ComPort]]:
    machine = lab.machine(image, 2, secure_boot=template)
    guest = lab.runner.start(machine, Events())
    try:
        yield lab.open_ports(machine)
    finally:
        guest.turn_off()


def test_a_kernel_with_one_bit_changed_is_refused(lab: Lab) -> None:
    with _started(lab, "gen2-tampered.vhdx", Template.MICROSOFT_UEFI_CA) as (com1, _):
        com1.wait_for("bad shim signature")
        com1.wait_for("GRUB-REFUSED")


def test_the_windows_template_refuses_linux(lab: Lab) -> None:
    with _started(lab, "gen2.vhdx", Template.MICROSOFT_WINDOWS) as (com1, _):
        com1.wait_for("Access Denied")


def test_a_template_whose_keys_nobody_has_is_refused_before_anything_starts(lab: Lab) -> None:
    machine = lab.machine("gen2.vhdx", 2, secure_boot=Template.OPEN_SOURCE_SHIELDED_VM)
    with pytest.raises(GuestError, match="keys are not public"):
        lab.runner.start(machine, Events())
    assert not list(machine.state_dir.glob("*.qcow2"))
