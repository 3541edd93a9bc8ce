"""What a host's operators can no longer do with a shielded machine, and with one that is only encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.guests.exchange import GuestReport, Pool
from openhyperv.errors import AccessDeniedError, ConflictError, NotFoundError
from openhyperv.hyperv.guest.services import Service
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.host_version import WINDOWS_2016
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.specs import GEN_2, machine_spec
from tests.hyperv.talking_guest import let_guest_answer

SAID = GuestReport({"OSName": "Debian GNU/Linux 12", "NetworkAddressIPv4": "192.0.2.7"}, {})


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(machine_spec("hidden", GEN_2 | {"interactive_serial_port": "1"}))
    yield created
    created.delete()


@shows("G4")
def test_a_shielded_machine_has_no_serial_ports_whoever_asks(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    system = emulated.host.systems.find(machine.guid)
    assert system is not None
    (pipe,) = [
        str(resource.texts("Connection")[0])
        for resource in system.configuration.resources()
        if resource.texts("Connection") and resource.texts("Connection")[0]
    ]
    machine.security.shield()
    machine.start()
    with pytest.raises(NotFoundError):
        host.share.open_pipe(pipe)


def test_a_shielded_guest_exchanges_nothing_with_its_host(
    emulated: EmulatedHost, machine: VirtualMachine, tmp_path: Path
) -> None:
    machine.guest.switch_service(Service.FILES, on=True)
    machine.guest.set_items({"role": "database"})
    machine.security.shield()
    machine.start()
    guest = let_guest_answer(emulated, machine)
    guest.said = SAID
    assert guest.given.get(Pool.HOST) is None
    assert machine.guest.addresses() == ()
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(ConflictError):
        machine.guest.copy_file(file, "/tmp/file")
    assert guest.files == {}


def test_an_encrypted_guest_exchanges_as_any_other(emulated: EmulatedHost, machine: VirtualMachine) -> None:
    machine.security.enable_tpm()
    machine.start()
    let_guest_answer(emulated, machine).said = SAID
    assert machine.guest.addresses() == ("192.0.2.7",)


def test_screen_and_keyboard_are_closed_on_2016(tmp_path: Path) -> None:
    with (
        emulated_host(tmp_path, version="2016", has_files=True) as old,
        Host.connect(target_of(old)) as host,
    ):
        machine = host.create(machine_spec("hidden", host=WINDOWS_2016))
        machine.security.shield()
        machine.start()
        for look in (lambda: machine.type_text("x"), lambda: machine.screenshot_png((80, 60))):
            with pytest.raises(AccessDeniedError) as caught:
                look()
            assert caught.value.code == 32769
