"""Serial ports through the public API: read once for many, and for longer than a machine or a host runs."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.smb.samba import Samba
from openhyperv.errors import AccessDeniedError, ConflictError, ConnectionLostError, NotFoundError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.serial.listening import ConsoleListener
from openhyperv.hyperv.serial.log import ConsoleLog, read_log
from openhyperv.hyperv.serial.reader import PortReader, PortState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.capabilities import shows
from tests.hyperv.counting import requests
from tests.hyperv.serial_ports import PATIENCE_S, Heard, Port, ports_of, samba_of, say_until_heard
from tests.hyperv.specs import GEN_2, machine_spec

LIMIT_BYTES = 512 << 10


@pytest.fixture(scope="module")
def machine(host: Host) -> Iterator[VirtualMachine]:
    """Interactive on COM1, logging on COM2; its guest is played by the test."""
    properties = {"interactive_serial_port": "1", "logging_serial_port": "2"}
    created = host.create(machine_spec("talkative", GEN_2 | properties))
    created.start()
    yield created
    created.delete()


@pytest.fixture
def samba(emulated: EmulatedHost) -> Samba:
    """What serves the host's pipes."""
    return samba_of(emulated)


@pytest.fixture
def ports(emulated: EmulatedHost, machine: VirtualMachine) -> Iterator[Callable[[int], Port]]:
    """The guest's ends of its ports, by number."""
    with ports_of(emulated, machine.guid) as found:
        yield found


def heard_by(reader: PortReader) -> Heard:
    heard = Heard()
    reader.listen(heard)
    return heard


@shows("F7", "G1", "G3")
def test_one_reader_of_a_port_serves_a_log_and_any_number_of_people(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine, ports: Callable[[int], Port], tmp_path: Path
) -> None:
    port = ports(1)
    with requests(emulated, host) as asked:
        reader = machine.serial.reader(1)
    assert asked == ["Enumerate", "Get"]
    first, second = heard_by(reader), heard_by(reader)
    with reader.start(), ConsoleLog(tmp_path) as log:
        reader.listen(log)
        port.say(b"login: ")
        first.wait_for(b"login: ")
        second.wait_for(b"login: ")
        reader.leave(second)
        reader.write(b"root\r")
        assert port.hear(5) == b"root\r"
        port.say(b"Password: ")
        first.wait_for(b"Password: ")
        assert second.data == b"login: "
    assert read_log(tmp_path) == b"login: Password: "


@shows("F7")
def test_the_port_for_logs_is_the_one_that_only_writes(machine: VirtualMachine) -> None:
    assert machine.serial.logging_port() == 2


def test_a_pipe_takes_one_client(machine: VirtualMachine, ports: Callable[[int], Port]) -> None:
    port = ports(1)
    with machine.serial.open(1) as pipe:
        with pytest.raises((ConflictError, ConnectionLostError)):  # which one depends on what serves pipes
            machine.serial.open(1)
        port.say(b"x")
        assert pipe.read(PATIENCE_S) == b"x"


@shows("G3")
def test_programs_that_share_a_port_hear_the_same_and_the_next_takes_over(
    machine: VirtualMachine, ports: Callable[[int], Port], tmp_path: Path
) -> None:
    port = ports(1)
    readers = [machine.serial.reader(1, shared_in=tmp_path) for _ in range(3)]
    heard = [heard_by(reader) for reader in readers]
    for reader in readers:
        reader.start()
    readers[1].write(b"one")
    readers[2].write(b"two")
    assert sorted([port.hear(3), port.hear(3)]) == [b"one", b"two"]
    port.say(b"hello")
    for each in heard:
        each.wait_for(b"hello")
    readers[0].close()
    for reader in readers[1:]:
        assert reader.wait_for(lambda state: state is PortState.CONNECTED, PATIENCE_S)
    say_until_heard(port, heard[1:])
    for reader in readers[1:]:
        reader.close()
    assert list(tmp_path.iterdir()) == []


@shows("G3")
def test_a_port_on_tcp_has_one_client_at_a_time(
    machine: VirtualMachine, ports: Callable[[int], Port]
) -> None:
    port = ports(1)
    with machine.serial.reader(1).start() as reader, ConsoleListener(reader) as listener:
        place = ("127.0.0.1", listener.port)
        with socket.create_connection(place, PATIENCE_S) as client:
            client.sendall(b"ls\r")
            assert port.hear(3) == b"ls\r"
            port.say(b"bin dev")
            assert client.recv(7, socket.MSG_WAITALL) == b"bin dev"
            with socket.create_connection(place, PATIENCE_S) as second:
                assert second.recv(1) == b""
        _until_admitted(place, port)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place, PATIENCE_S)


def _until_admitted(place: tuple[str, int], port: Port) -> None:
    """The next client is let in as soon as it is seen that the first has left."""
    for _ in range(100):
        with socket.create_connection(place, PATIENCE_S) as client, suppress(ConnectionError):
            client.sendall(b"!")
            port.say(b"?")
            if client.recv(1) == b"?":
                return
    pytest.fail("The first client left, and nobody else was let in.")


@shows("G6")
def test_a_reader_goes_on_when_the_machine_or_the_connection_is_back(
    samba: Samba, machine: VirtualMachine, ports: Callable[[int], Port]
) -> None:
    port = ports(1)
    with machine.serial.reader(1).start() as reader:
        heard = heard_by(reader)
        port.unplug()
        assert reader.wait_for(lambda state: state is PortState.WAITING, PATIENCE_S)
        port.plug_in()
        assert reader.wait_for(lambda state: state is PortState.CONNECTED, PATIENCE_S)
        say_until_heard(port, [heard])
        samba.cut_connections()
        assert reader.wait_for(lambda state: state is PortState.WAITING, PATIENCE_S)
        assert reader.wait_for(lambda state: state is PortState.CONNECTED, PATIENCE_S)
        heard.data = b""
        say_until_heard(port, [heard])


def test_a_reader_that_does_not_wait_ends_with_the_machine(
    machine: VirtualMachine, ports: Callable[[int], Port]
) -> None:
    port = ports(1)
    with machine.serial.reader(1, reconnects=False).start() as reader:
        port.unplug()
        assert reader.wait_for(lambda state: state is PortState.ENDED, PATIENCE_S)


def test_a_port_of_a_machine_that_is_off_cannot_be_read(machine: VirtualMachine) -> None:
    with pytest.raises(NotFoundError):
        machine.serial.reader(1).start()


@shows("G2")
def test_a_log_keeps_what_came_last_in_two_files_of_half_a_mebibyte(tmp_path: Path) -> None:
    lines = [b"%07d\n" % number for number in range(3 * LIMIT_BYTES // 8)]
    for part in range(3):  # each opening goes on with what is there
        with ConsoleLog(tmp_path) as log:
            for line in lines[part * len(lines) // 3 : (part + 1) * len(lines) // 3]:
                log.take(line)
    assert {file.name for file in tmp_path.iterdir()} == {"console.log", "console.log.1"}
    assert all(file.stat().st_size <= LIMIT_BYTES for file in tmp_path.iterdir())
    kept = read_log(tmp_path)
    assert kept == b"".join(lines)[-len(kept) :]
    assert len(kept) >= LIMIT_BYTES


def test_more_than_a_file_holds_at_once_is_kept_as_far_as_both_hold(tmp_path: Path) -> None:
    with ConsoleLog(tmp_path, limit_bytes=10) as log:
        log.take(b"0123456789abcdefghijklmno")
    assert read_log(tmp_path) == b"abcdefghijklmno"


def test_what_was_never_logged_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_log(tmp_path)


@shows("G4")
@pytest.mark.parametrize("protect", ["encrypt", "shield"])
def test_a_protected_machine_has_no_console(host: Host, protect: str) -> None:
    machine = host.create(machine_spec("secret", GEN_2 | {"interactive_serial_port": "1"}))
    machine.security.enable_tpm(encrypt=protect == "encrypt")
    if protect == "shield":
        machine.security.shield()
    with pytest.raises(AccessDeniedError) as caught:
        machine.serial.reader(1)
    assert f"{protect}ed" in caught.value.message
    assert caught.value.remedy
    machine.delete()
