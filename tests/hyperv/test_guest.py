"""The guest of a machine through the public API: what it says, what it is given, what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.guests.exchange import GuestReport, Pool
from openhyperv.errors import ConflictError, InvalidInputError, JobError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.guest.items import Item, Source
from openhyperv.hyperv.guest.report import Heartbeat
from openhyperv.hyperv.guest.services import Service
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.hyperv.counting import requests
from tests.hyperv.specs import machine_spec
from tests.hyperv.talking_guest import TalkingGuest, let_guest_answer
from tests.witness import Witness, changes

FILE_EXISTS, NOT_READY = 0x80070050, 0x80070015
INTRINSIC = {
    "FullyQualifiedDomainName": "web.example.net",
    "NetworkAddressIPv4": "192.0.2.7;198.51.100.1",
    "NetworkAddressIPv6": "2001:db8::7",
    "OSBuildNumber": "6.1.0-18-amd64",
    "OSName": "Debian GNU/Linux 12",
    "OSVersion": "6.1.0",
}


@pytest.fixture
def resting(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(machine_spec("guest"))
    yield created
    created.delete()


@pytest.fixture
def machine(resting: VirtualMachine) -> VirtualMachine:
    resting.start()
    return resting


@pytest.fixture
def guest(emulated: EmulatedHost, machine: VirtualMachine) -> TalkingGuest:
    return let_guest_answer(emulated, machine)


def test_a_guest_tells_what_it_is_and_where(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine, guest: TalkingGuest
) -> None:
    guest.said = GuestReport(INTRINSIC, {})
    with requests(emulated, host) as asked:
        report = machine.guest.report()
    assert asked == ["Get"] * 2
    assert (report.heartbeat, report.host_name) == (Heartbeat.OK, "web.example.net")
    assert (report.os_name, report.os_version) == ("Debian GNU/Linux 12", "6.1.0")
    assert report.os_build == "6.1.0-18-amd64"
    assert report.addresses == ("192.0.2.7", "198.51.100.1", "2001:db8::7")
    with requests(emulated, host) as asked:
        assert machine.guest.addresses() == report.addresses
    assert asked == ["Get"]
    assert machine.summary().guest == "Debian GNU/Linux 12"


def test_a_heartbeat_is_missed(emulated: EmulatedHost, machine: VirtualMachine) -> None:
    assert machine.guest.report().heartbeat is Heartbeat.NO_CONTACT
    let_guest_answer(emulated, machine)
    assert machine.guest.report().heartbeat is Heartbeat.OK
    system = emulated.host.systems.find(machine.guid)
    assert system is not None
    assert system.session is not None
    assert system.session.last_heartbeat is not None
    system.session.last_heartbeat -= timedelta(minutes=1)
    assert machine.guest.report().heartbeat is Heartbeat.LOST


def test_nothing_is_said_by_a_machine_that_is_off(resting: VirtualMachine) -> None:
    report = resting.guest.report()
    assert (report.heartbeat, report.os_name, report.addresses) == (None, "", ())
    assert resting.guest.items() == []


def test_items_reach_the_guest_and_only_what_changes_is_sent(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine, guest: TalkingGuest
) -> None:
    with requests(emulated, host) as asked:
        machine.guest.set_items({"role": "web", "zone": "a"})
    assert asked == ["Get", "Invoke"]
    with requests(emulated, host) as asked:
        machine.guest.set_items({"role": "db", "zone": "a", "rack": "7"})
    assert asked == ["Get", "Invoke", "Invoke"]
    assert guest.given[Pool.HOST] == {"role": "db", "zone": "a", "rack": "7"}
    with requests(emulated, host) as asked:
        machine.guest.set_items({"role": "db"})
    assert asked == ["Get"]
    machine.guest.unset_items(["role", "unknown"])
    machine.guest.unset_items(["role"])
    assert set(guest.given[Pool.HOST]) == {"zone", "rack"}


def test_items_of_both_sides_are_listed(machine: VirtualMachine, guest: TalkingGuest) -> None:
    machine.guest.set_items({"ours": "<&>"})
    guest.said = GuestReport({}, {"theirs": "ready"})
    found = machine.guest.items()
    assert found == [Item("ours", "<&>", Source.HOST), Item("theirs", "ready", Source.GUEST)]


def test_a_guest_that_starts_is_told_what_was_set_before_and_where_it_runs(
    emulated: EmulatedHost, resting: VirtualMachine
) -> None:
    resting.guest.set_items({"role": "web"})
    resting.start()
    guest = let_guest_answer(emulated, resting)
    assert guest.given[Pool.HOST] == {"role": "web"}
    assert guest.given[Pool.HOST_FACTS]["VirtualMachineName"] == "guest"
    assert guest.given[Pool.HOST_FACTS]["PhysicalHostName"] == emulated.options.name


@pytest.mark.parametrize(
    ("name", "data"), [("", "x"), ("n" * 256, "x"), ("n", "x" * 1024), ("n\0", "x")], ids=repr
)
def test_items_that_no_guest_could_take_are_refused_before_anything_is_sent(
    machine: VirtualMachine, witness: Witness, name: str, data: str
) -> None:
    with witness.watching() as seen, pytest.raises(InvalidInputError):
        machine.guest.set_items({name: data})
    assert seen == []


def test_services_are_switched_while_the_machine_runs(machine: VirtualMachine, guest: TalkingGuest) -> None:
    switched = {service: service is not Service.FILES for service in Service}
    assert machine.guest.services() == switched
    guest.said = GuestReport(INTRINSIC, {})
    for _ in range(2):
        machine.guest.switch_service(Service.KEY_VALUE_PAIRS, on=False)
        assert machine.guest.services()[Service.KEY_VALUE_PAIRS] is False
        assert machine.guest.addresses() == ()
    machine.guest.switch_service(Service.KEY_VALUE_PAIRS, on=True)
    assert machine.guest.addresses()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "notes.txt"
    file.write_bytes(b"content")
    return file


def test_a_file_reaches_the_guest_and_nothing_of_it_stays_on_the_host(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine, guest: TalkingGuest, source: Path
) -> None:
    machine.guest.switch_service(Service.FILES, on=True)
    with requests(emulated, host) as asked:
        machine.guest.copy_file(source, "/tmp/notes")
    assert asked == ["Enumerate", "Get", "Invoke"]
    assert guest.files == {"/tmp/notes": b"content"}
    settings = emulated.host.systems.find(machine.guid)
    assert settings is not None
    root = WindowsPath.parse(settings.configuration.text("ConfigurationDataRoot"))
    assert not [entry.name for entry in host.share.list(root) if entry.name.startswith("to-guest")]


def test_a_file_that_is_there_is_replaced_only_if_asked(
    machine: VirtualMachine, guest: TalkingGuest, source: Path
) -> None:
    machine.guest.switch_service(Service.FILES, on=True)
    guest.files["/tmp/notes"] = b"older"
    with pytest.raises(JobError, match="The file exists"):
        machine.guest.copy_file(source, "/tmp/notes")
    assert guest.files["/tmp/notes"] == b"older"
    machine.guest.copy_file(source, "/tmp/notes", overwrite=True)
    assert guest.files["/tmp/notes"] == b"content"


def test_a_guest_without_services_takes_no_file(machine: VirtualMachine, source: Path) -> None:
    machine.guest.switch_service(Service.FILES, on=True)
    with pytest.raises(JobError, match="not ready"):
        machine.guest.copy_file(source, "/tmp/notes")


def test_a_service_that_is_off_takes_no_file_and_none_is_sent(
    machine: VirtualMachine, source: Path, witness: Witness
) -> None:
    with witness.watching() as seen, pytest.raises(ConflictError) as caught:
        machine.guest.copy_file(source, "/tmp/notes")
    assert changes(seen) == []
    assert "service" in (caught.value.remedy or "")
    machine.turn_off()
    with pytest.raises(ConflictError):
        machine.guest.copy_file(source, "/tmp/notes")


def test_a_guest_is_interrupted_while_it_runs(machine: VirtualMachine, guest: TalkingGuest) -> None:
    machine.guest.interrupt()
    assert guest.interrupts == 1
    machine.turn_off()
    with pytest.raises(ConflictError):
        machine.guest.interrupt()
