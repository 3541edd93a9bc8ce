"""Debian's ovs-vswitchd without a kernel and without privileges: its ports are sockets of the test."""

from __future__ import annotations

import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

from attrs import define, field

from tests_openstack.nova.ovs_database import BRIDGE, OvsDatabase, run
from tests_openstack.nova.waiting import wait_until

_TIMEOUT_S = 30
_LENGTH = struct.Struct(">H")
"""Stands before each frame of a dummy device that is a stream (lib/netdev-dummy.c of Open vSwitch)."""


@define
class Card:
    """The network card at a port of the bridge."""

    end: socket.socket
    _unread: bytes = b""

    def send(self, frame: bytes) -> None:
        """Send a frame."""
        self.end.sendall(_LENGTH.pack(len(frame)) + frame)

    def receive(self) -> bytes:
        """The next frame.

        :raises EOFError: the port is gone
        :raises TimeoutError: none has come
        """
        size = _LENGTH.size
        (length,) = _LENGTH.unpack(self._take(size))
        return self._take(length)

    def _take(self, size: int) -> bytes:
        while len(self._unread) < size:
            part = self.end.recv(1 << 16)
            if not part:
                raise EOFError
            self._unread += part
        taken, self._unread = self._unread[:size], self._unread[size:]
        return taken


@define
class OvsSwitch:
    """Takes its bridges from a database that runs, and keeps everything else in a folder of its own.

    ``--enable-dummy=override`` makes a device in its memory of every interface.
    """

    database: OvsDatabase
    folder: Path
    _process: subprocess.Popen[bytes] | None = None
    _cards: list[Card] = field(factory=list)

    def start(self) -> None:
        """Run, and have the bridge."""
        self.folder.mkdir(exist_ok=True)
        command = [
            "/usr/sbin/ovs-vswitchd",
            f"unix:{self.database.socket}",
            "--enable-dummy=override",
            "--disable-system",
            f"--unixctl={self._control}",
            f"--log-file={self.folder / 'switch.log'}",
            "--verbose=console:off",
        ]
        self._process = subprocess.Popen(command, env={"OVS_RUNDIR": str(self.folder)})
        wait_until(self._bridge.exists)

    def stop(self) -> None:
        """End it, and every card."""
        for card in self._cards:
            card.end.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_TIMEOUT_S)

    @property
    def _control(self) -> Path:
        return self.folder / "ctl.sock"

    @property
    def _bridge(self) -> Path:
        """Where the bridge speaks OpenFlow."""
        return self.folder / f"{BRIDGE}.mgmt"

    def ports(self) -> set[str]:
        """What it forwards frames of."""
        return set(self._ports())

    def _ports(self) -> Iterator[str]:
        shown = run(["ovs-appctl", f"--target={self._control}", "dpif/show"])
        for line in shown.splitlines():
            if line.startswith("    "):
                yield line.split()[0]

    def await_port(self, name: str, *, is_there: bool = True) -> None:
        """Wait until it has taken up a port, or has let it go."""
        wait_until(lambda: (name in self.ports()) is is_there)

    def number_of(self, port: str) -> int:
        """What OpenFlow calls a port."""
        return int(self.database.vsctl("get", "Interface", port, "ofport"))

    def add_flow(self, flow: str) -> None:
        """Say what becomes of frames."""
        run(["ovs-ofctl", "add-flow", f"unix:{self._bridge}", flow])

    def plug(self, port: str) -> Card:
        """Put a card to a port of the bridge."""
        address = self.folder / f"{len(self._cards)}.sock"
        self.database.vsctl("--no-wait", "set", "Interface", port, f"options:pstream=punix:{address}")
        end = socket.socket(socket.AF_UNIX)
        end.settimeout(_TIMEOUT_S)
        wait_until(lambda: end.connect_ex(str(address)) == 0)
        card = Card(end)
        self._cards.append(card)
        return card
