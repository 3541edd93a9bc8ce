"""The guest's ends of serial ports, played by tests: state-only guests have no pipes of their own."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from time import monotonic, sleep

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.smb.pipes import PipeDirectory
from openhyperv.emulator.smb.samba import Samba

PATIENCE_S = 30


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.data = b""
        self._changed = Condition()

    def take(self, data: bytes) -> None:
        with self._changed:
            self.data += data
            self._changed.notify_all()

    def wait_for(self, wanted: bytes) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: wanted in self.data, PATIENCE_S), self.data


class Port:
    """The guest's end of a serial port whose pipe can go and come back."""

    def __init__(self, pipes: PipeDirectory, name: str) -> None:
        self._pipes = pipes
        self._name = name
        self.plug_in()

    def plug_in(self) -> None:
        self._end, theirs = socket.socketpair()
        self._end.settimeout(PATIENCE_S)
        self._pipe = self._pipes.serve(self._name, theirs)

    def unplug(self) -> None:
        self._end.close()
        self._pipe.close()

    def until_opened(self) -> None:
        deadline = monotonic() + PATIENCE_S
        while self._pipe._client is None:  # noqa: SLF001  # there is no other sign of it
            assert monotonic() < deadline, "Nobody has opened the port."
            sleep(0.01)

    def say(self, data: bytes) -> None:
        self._end.sendall(data)

    def hear(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            data += self._end.recv(length - len(data))
        return data


def samba_of(emulated: EmulatedHost) -> Samba:
    """What serves the host's pipes."""
    found = emulated._samba  # noqa: SLF001  # state-only guests have no pipes of their own
    assert found is not None
    return found


@contextmanager
def ports_of(emulated: EmulatedHost, guid: str) -> Iterator[Callable[[int], Port]]:
    """The guest's ends of a machine's ports, by number."""
    system = emulated.host.systems.find(guid)
    assert system is not None
    settings = [r for r in system.configuration.resources() if r.class_name == "Msvm_SerialPortSettingData"]
    names = [resource.texts("Connection")[0].rpartition("\\")[2] for resource in settings]
    directory = PipeDirectory(samba_of(emulated).pipe_directory)
    yield lambda number: Port(directory, names[number - 1])
    directory.close()


def say_until_heard(port: Port, heard: list[Heard]) -> None:
    """What is said while nobody has the pipe open is lost, so it is said until all have heard it."""
    for _ in range(10 * PATIENCE_S):
        port.say(b"again ")
        if all(b"again" in each.data for each in heard):
            return
        with heard[0]._changed:  # noqa: SLF001  # a pause that ends early
            heard[0]._changed.wait(0.1)  # noqa: SLF001
    pytest.fail("Not everybody has heard the port again.")
