"""A machine's console kept from its first byte on, and offered to people; many machines on one connection."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import (
    AccessDeniedError,
    ConflictError,
    ConnectionLostError,
    HyperVError,
    UnreachableError,
)
from openhyperv.files.smb.pipes import HostPipes
from openhyperv.files.smb.settings import ShareSettings
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.serial.console_pipes import (
    ConsolePipes,
    find_console_pipes,
    list_console_pipes,
    pipes_of_spec,
)
from openhyperv.hyperv.serial.machine_console import MachineConsole
from openhyperv.hyperv.serial.reader import PortReader, PortState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.serial_ports import PATIENCE_S, Heard, ports_of, samba_of, say_until_heard
from tests.hyperv.specs import GEN_2, machine_spec

TWO_PORTS = GEN_2 | {"interactive_serial_port": "1", "logging_serial_port": "2"}


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(machine_spec("kept", GEN_2))
    yield created
    created.delete()


def console_of(host: Host, machine: VirtualMachine, log: Heard) -> MachineConsole:
    return console_at(host, find_console_pipes(host.session, machine.guid), log)


def console_at(host: Host, pipes: ConsolePipes, log: Heard) -> MachineConsole:
    return MachineConsole(host.share, pipes, log, on_trouble=lambda _: None, on_end=lambda: None)


@shows("G1")
def test_a_machine_that_is_about_to_start_is_heard_from_its_first_byte_on(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    log = Heard()
    console = console_of(host, machine, log)
    console.begin()
    with ports_of(emulated, machine.guid) as ports:
        port = ports(1)
        port.until_opened()
        port.say(b"BIOS")
        log.wait_for(b"BIOS")
    console.close()
    assert log.data == b"BIOS"


@shows("G3")
def test_people_and_the_log_share_a_port(emulated: EmulatedHost, host: Host, machine: VirtualMachine) -> None:
    log = Heard()
    console = console_of(host, machine, log)
    with ports_of(emulated, machine.guid) as ports:
        port = ports(1)
        console.begin()
        place = ("127.0.0.1", console.offer("127.0.0.1", 0).port)
        assert console.offer("127.0.0.1", 0).port == place[1]
        port.until_opened()
        port.say(b"$ ")
        log.wait_for(b"$ ")
        with socket.create_connection(place, PATIENCE_S) as client:
            client.sendall(b"id\r")
            assert port.hear(3) == b"id\r"
            port.say(b"uid=0")
            assert client.recv(5, socket.MSG_WAITALL) == b"uid=0"
            log.wait_for(b"uid=0")
            console.close()
            assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place, PATIENCE_S)


@shows("F7", "G1")
def test_pipes_are_found_for_one_machine_and_for_all_in_two_requests(
    emulated: EmulatedHost, host: Host
) -> None:
    specs = [machine_spec("one"), machine_spec("both", TWO_PORTS)]
    machines = [host.create(spec) for spec in specs]
    hidden = host.create(machine_spec("hidden", GEN_2 | {"os_vtpm": "required"}))
    with requests(emulated, host) as for_one:
        found = find_console_pipes(host.session, machines[1].guid)
    with requests(emulated, host) as for_all:
        everybody = list_console_pipes(host.session)
    assert (len(for_one), len(for_all)) == (2, 2)
    assert (found.log[-3:], (found.interactive or "")[-3:]) == ("_ro", "_rw")
    assert everybody == {
        machine.guid: pipes_of_spec(spec) for machine, spec in zip(machines, specs, strict=True)
    }
    with pytest.raises(AccessDeniedError):
        find_console_pipes(host.session, hidden.guid)
    for machine in (*machines, hidden):
        machine.delete()


def test_hosts_of_all_releases_tell_their_pipes(tmp_path: Path) -> None:
    with (
        emulated_host(tmp_path, has_files=True, version="2012R2") as old,
        Host.connect(target_of(old)) as host,
    ):
        spec = machine_spec("old", GEN_2, host=host.facts().version)
        machine = host.create(spec)
        assert list_console_pipes(host.session) == {machine.guid: pipes_of_spec(spec)}


def test_a_machine_whose_port_only_writes_takes_no_keys(host: Host) -> None:
    console = console_at(host, ConsolePipes("x_ro", None), Heard())
    with pytest.raises(ConflictError, match="takes keys"):
        console.offer("127.0.0.1", 0)


def connections_to(port: int) -> int:
    """How many TCP connections of this computer lead to a port of its own."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    return sum(row[2].endswith(f":{port:04X}") and row[3] == "01" for row in rows)


def test_many_pipes_share_a_connection_and_each_can_be_closed_alone(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    other = host.create(machine_spec("other", GEN_2))
    with ports_of(emulated, machine.guid) as first_ports, ports_of(emulated, other.guid) as other_ports:
        ports = [first_ports(1), other_ports(1)]
        first = machine.serial.open()
        connections = connections_to(host.share.settings.port)
        second = other.serial.open()
        assert connections_to(host.share.settings.port) == connections
        first.close()
        ports[1].say(b"still here")
        assert second.read(PATIENCE_S) == b"still here"
    other.delete()


@shows("G6")
def test_consoles_of_many_machines_go_on_when_the_connection_is_back(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    other = host.create(machine_spec("other", GEN_2))
    logs = [Heard(), Heard()]
    consoles = [console_of(host, each, log) for each, log in zip((machine, other), logs, strict=True)]
    with ports_of(emulated, machine.guid) as first_ports, ports_of(emulated, other.guid) as other_ports:
        ports = [first_ports(1), other_ports(1)]
        for console, port in zip(consoles, ports, strict=True):
            console.begin()
            port.until_opened()
        samba_of(emulated).cut_connections()
        for port, log in zip(ports, logs, strict=True):
            say_until_heard(port, [log])
        assert connections_to(host.share.settings.port) >= 1
    for console in consoles:
        console.close()
    other.delete()


def test_a_host_that_is_away_is_tried_once_a_second_however_many_want_its_pipes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    pipes = HostPipes(ShareSettings("127.0.0.1", "nobody", "secret", port=port))
    errors = []
    for _ in range(3):
        with pytest.raises(UnreachableError) as caught:
            pipes.open("COM1")
        errors.append(caught.value)
    assert len({str(error) for error in errors}) == 1
    assert len(set(map(id, errors))) == 3


def test_whoever_has_a_port_already_is_told_of_once(emulated: EmulatedHost, machine: VirtualMachine) -> None:
    told: list[HyperVError] = []
    with ports_of(emulated, machine.guid) as ports:
        port = ports(1)
        with machine.serial.open(), PortReader(machine.serial.open, on_trouble=told.append) as reader:
            reader.begin()
            sleep(1)  # several tries
        port.unplug()
    (error,) = told
    assert isinstance(error, ConflictError | ConnectionLostError)  # which one depends on what serves pipes


def test_a_port_that_stays_away_is_given_up(emulated: EmulatedHost, machine: VirtualMachine) -> None:
    given_up = Event()
    with ports_of(emulated, machine.guid) as ports:
        port = ports(1)
        reader = PortReader(machine.serial.open, missing_limit_s=0.5, on_end=given_up.set).start()
        port.unplug()
        assert given_up.wait(PATIENCE_S)
    assert reader.state is PortState.ENDED
    assert reader.error is None
