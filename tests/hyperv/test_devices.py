"""Screen, keyboard and serial ports of a machine, and what happens while it has none."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from openhyperv.errors import ConflictError, HyperVError, InvalidInputError, NotFoundError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.hyperv.specs import GEN_2, machine_spec
from tests.witness import Witness, changes


@pytest.fixture(scope="module")
def machine(host: Host) -> Iterator[VirtualMachine]:
    """A machine with a console on COM1 and nothing on COM2."""
    created = host.create(machine_spec("devices", GEN_2 | {"interactive_serial_port": "1"}))
    created.start()
    yield created
    created.delete()


@pytest.fixture(scope="module")
def resting(host: Host) -> Iterator[VirtualMachine]:
    """The same, but off."""
    created = host.create(machine_spec("resting", GEN_2 | {"interactive_serial_port": "1"}))
    yield created
    created.delete()


@pytest.mark.parametrize("size", [None, (80, 60), (41, 30)])
def test_the_screen_is_a_png_of_the_size_asked_for(
    machine: VirtualMachine, size: tuple[int, int] | None
) -> None:
    picture = Image.open(BytesIO(machine.screenshot_png(size)))
    assert picture.format == "PNG"
    assert picture.size == (size or (80, 60))


def test_a_machine_that_is_off_has_no_screen(host: Host, resting: VirtualMachine) -> None:
    with pytest.raises(ConflictError) as caught:
        resting.screenshot_png((80, 60))
    assert caught.value.host == host.session.host
    assert resting.guid in (caught.value.target or "")


def test_typing(machine: VirtualMachine, witness: Witness) -> None:
    """Long texts go in several calls, since the host takes 256 characters at once."""
    with witness.watching() as seen:
        machine.type_text("x" * 600 + "\n")
        machine.type_key(0x0D)
        machine.type_ctrl_alt_del()
    methods = ["TypeText"] * 3 + ["TypeKey", "TypeCtrlAltDel"]
    assert changes(seen) == [f"Msvm_Keyboard.{method}" for method in methods]


@pytest.mark.parametrize("text", ["\x1b", "bell\a", "\0"])
def test_what_no_keyboard_types_is_refused(machine: VirtualMachine, witness: Witness, text: str) -> None:
    with witness.watching() as seen, pytest.raises(InvalidInputError):
        machine.type_text(text)
    assert seen == []


def test_a_machine_that_is_off_has_no_keyboard(host: Host, resting: VirtualMachine) -> None:
    for act in (lambda: resting.type_text("x"), lambda: resting.type_key(13), resting.type_ctrl_alt_del):
        with pytest.raises(ConflictError) as caught:
            act()
        assert (caught.value.host, caught.value.target) == (host.session.host, resting.guid)


def test_a_console_that_is_not_there(resting: VirtualMachine, machine: VirtualMachine) -> None:
    with pytest.raises(ConflictError) as caught:
        machine.serial.open(2)
    assert "COM2" in caught.value.message
    assert caught.value.remedy
    with pytest.raises(NotFoundError):
        resting.serial.open(1)
    with pytest.raises(HyperVError):
        machine.serial.open(3)


def test_a_machine_shuts_down_when_asked(host: Host) -> None:
    machine = host.create(machine_spec("polite"))
    machine.start()
    machine.shut_down(timeout_s=20)
    assert machine.state() is MachineState.OFF
    machine.delete()
