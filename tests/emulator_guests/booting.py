"""Hosts that boot guests, reached over sockets, and the line agent of a machine that was created there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import smbclient

from openhyperv.emulator.emulated_host import EmulatedHost, Guests
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.machine.spec import MachineSpec
from tests.emulated import ACCOUNT, emulated_host, target_of
from tests.emulator_guests.com_port import ComPort

PORTS = {"logging_serial_port": "1", "interactive_serial_port": "2"}
"""Image properties of a machine that such a guest runs in."""


@contextmanager
def running(data: Path, **options: Any) -> Iterator[tuple[EmulatedHost, Host]]:
    """A host that boots guests, and the library's way in to it."""
    data.chmod(0o755)
    with emulated_host(data, has_files=True, guests=Guests.QEMU, **options) as emulated:
        account = {"username": ACCOUNT.name, "password": ACCOUNT.password}
        smbclient.register_session("127.0.0.1", **account, port=_smb_port(emulated))
        try:
            with Host.connect(target_of(emulated)) as host:
                try:
                    yield emulated, host
                finally:
                    _turn_off(host)
        finally:
            smbclient.reset_connection_cache(fail_on_error=False)


def lay_in(emulated: EmulatedHost, file: Path) -> str:
    """Put a file on the host's drive C; returns its path there."""
    path = f"C:\\stock\\{file.name}"
    local = emulated.host.files.local(path)
    local.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, local)
    return path


def _turn_off(host: Host) -> None:
    """End every guest: while its serial ports are read, their connection cannot be closed."""
    for listed in host.machines():
        machine = host.machine(listed.guid)
        if machine.state() is not MachineState.OFF:
            machine.turn_off()


def shell_of(emulated: EmulatedHost, spec: MachineSpec) -> ComPort:
    """The guest's line agent, once the guest is up. Its port ends with the guest."""
    log, commands = open_ports(emulated, spec)
    log.wait_for("GUEST-UP")
    return commands


def open_ports(emulated: EmulatedHost, spec: MachineSpec) -> tuple[ComPort, ComPort]:
    """Where the guest reports and where its line agent is; what it says before is lost."""
    pipes = [str(port.pipe).rpartition("\\")[2] for port in spec.serial_ports]
    log, commands = (ComPort(pipe, port=_smb_port(emulated)) for pipe in pipes)
    return log, commands


def _smb_port(emulated: EmulatedHost) -> int:
    return int(emulated.environment()["OPENHYPERV_SMB_PORT"])
