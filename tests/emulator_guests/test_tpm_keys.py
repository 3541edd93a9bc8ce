"""What a TPM holds is encrypted with the machine's key: with another key the machine does not start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.emulator.guests.machine import GuestError
from tests.emulator_guests.lab import Events, Lab

pytestmark = [pytest.mark.guest, pytest.mark.timeout(120)]
KEY, OTHER_KEY = bytes(range(32)), bytes(32)


def test_only_the_same_key_opens_it(lab: Lab) -> None:
    """Firmware alone is enough: it initializes the TPM."""
    machine = lab.machine("gen2.vhdx", 2, has_tpm=True, tpm_key=KEY)
    lab.runner.start(machine, Events()).turn_off()
    for key in (OTHER_KEY, None):
        with pytest.raises(GuestError, match="does not start"):
            lab.runner.start(evolve(machine, tpm_key=key), Events())
    lab.runner.start(machine, Events()).turn_off()


def command_lines() -> Iterator[bytes]:
    """Those of all processes; some end meanwhile."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield file.read_bytes()


def test_its_key_stands_on_no_command_line_and_in_no_repr(lab: Lab) -> None:
    machine = lab.machine("gen2.vhdx", 2, has_tpm=True, tpm_key=b"correct horse battery staple 32b")
    guest = lab.runner.start(machine, Events())
    try:
        assert not [line for line in command_lines() if b"correct horse" in line]
        assert "correct horse" not in repr(machine)
    finally:
        guest.turn_off()
