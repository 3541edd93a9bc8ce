"""``hvsim``: run emulated Hyper-V hosts from the command line."""

from __future__ import annotations

import os
import secrets
import signal
from contextlib import ExitStack
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import click
from attrs import frozen

from openhyperv.emulator.emulated_host import EmulatedHost, Guests, HostOptions
from openhyperv.emulator.host.hardware import Hardware, default_hardware
from openhyperv.emulator.host.hardware.reading import read_hardware
from openhyperv.emulator.http.accounts import Account
from openhyperv.emulator.rules.matching import Rules
from openhyperv.emulator.rules.reading import read_rules
from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.errors import InvalidInputError

_VERSIONS = ("2012R2", "2016", "2019", "2022", "2025")
_TURN_S = 1.0


@click.group()
@click.version_option(package_name="openhyperv")
def main() -> None:
    """Emulated Hyper-V hosts: the real wire protocol, real guests, no Windows."""


class _Address(click.ParamType[tuple[str, int]]):
    """``host:port``; port 0 lets the kernel choose."""

    name = "ADDRESS:PORT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        address, colon, port = str(value).rpartition(":")
        if not colon or not port.isdigit():
            self.fail(f"{value} is not ADDRESS:PORT", param, ctx)
        return address.strip("[]"), int(port)


@main.command()
@click.option("--listen", type=_Address(), default="127.0.0.1:0", show_default=True, help="Where to listen.")
@click.option("--data", type=click.Path(path_type=Path), help="Keep everything here over restarts.")
@click.option("--env", "env_file", type=click.Path(path_type=Path), help="Write connection settings here.")
@click.option("--name", default="HVSIM", show_default=True, help="The host's computer name.")
@click.option("--username", default="Administrator", show_default=True, help="The host's one account.")
@click.option(
    "--version",
    type=click.Choice(_VERSIONS),
    default="2025",
    show_default=True,
    help="Be this Windows Server.",
)
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The account's password, as the first line; random at every start without it.",
)
@click.option("--vms", type=click.IntRange(0), default=0, help="Have this many machines at the start.")
@click.option("--hosts", type=click.IntRange(1), default=1, help="Run several hosts in one process.")
@click.option(
    "--guests",
    type=click.Choice([g.value for g in Guests]),
    default="none",
    show_default=True,
    help="What runs when a machine is started: nothing, or a guest.",
)
@click.option("--files/--no-files", default=True, help="Serve the drive C: and named pipes over SMB.")
@click.option("--tls", is_flag=True, help="Listen on HTTPS, with a certificate made for it.")
@click.option("--allow-basic", is_flag=True, help="Offer Basic authentication inside TLS.")
@click.option("--allow-unencrypted", is_flag=True, help="Take messages that are not sealed.")
@click.option(
    "--keytab", type=click.Path(exists=True, path_type=Path), help="Accept Kerberos with this keytab."
)
@click.option(
    "--rules", "rule_file", type=click.Path(exists=True, path_type=Path), help="Faults and latency."
)
@click.option(
    "--hardware",
    "hardware_file",
    type=click.Path(exists=True, path_type=Path),
    help="Disks, PCI devices, GPUs, adapters, memory and processors, in TOML.",
)
@click.option(
    "--max-envelope-kb",
    type=click.IntRange(150),
    default=500,
    show_default=True,
    help="The largest message; WinRM's MaxEnvelopeSizekb.",
)
def run(**given: Any) -> None:
    """Run one or more hosts until interrupted.

    --env writes the password, with the rest of what a client needs, into a private file to source. With
    several hosts the settings of the second go into FILE.2, and so on.
    """
    arguments = RunArguments(**given)
    stopped = Event()
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interrupt, lambda *_: stopped.set())
    with ExitStack() as resources:
        data = arguments.data or Path(resources.enter_context(TemporaryDirectory(prefix="hvsim-data-")))
        for number in range(1, arguments.hosts + 1):
            host = resources.enter_context(EmulatedHost(arguments.options(number, data), arguments.rules()))
            _announce(host, arguments.env_path(number))
        while not stopped.wait(_TURN_S):  # Python misses a signal that comes just before an endless wait
            pass


@frozen(kw_only=True)
class RunArguments:
    """The command line of ``hvsim run``."""

    listen: tuple[str, int]
    data: Path | None
    env_file: Path | None
    name: str
    username: str
    version: str
    password_file: Path | None
    vms: int
    hosts: int
    guests: str
    files: bool
    tls: bool
    allow_basic: bool
    allow_unencrypted: bool
    keytab: Path | None
    rule_file: Path | None
    hardware_file: Path | None
    max_envelope_kb: int

    def options(self, number: int, data: Path) -> HostOptions:
        """What host ``number`` is to be; only the first has the port and name asked for."""
        address, port = self.listen
        is_first = number == 1
        name = self.name if is_first else f"{self.name}{number}"
        return HostOptions(
            name=name,
            data=data if self.hosts == 1 else data / f"host{number}",
            account=Account(self.username, self.password()),
            version=self.version,
            address=address,
            port=port if is_first or port == 0 else port + number - 1,
            guests=Guests(self.guests),
            machines=self.vms,
            has_files=self.files,
            is_tls=self.tls,
            allow_basic=self.allow_basic,
            allow_unencrypted=self.allow_unencrypted,
            keytab=self.keytab,
            limits=ServiceLimits(max_envelope_bytes=self.max_envelope_kb * 1024),
            hardware=self.hardware(name),
            cache=data / "cache",
        )

    def password(self) -> str:
        """What the file says, or a random one.

        :raises click.ClickException: the file holds none
        """
        if self.password_file is None:
            return secrets.token_urlsafe(18)
        password = self.password_file.read_text("utf-8").partition("\n")[0]
        if not password:
            raise click.ClickException(f"{self.password_file} holds no password.")
        return password

    def hardware(self, host_name: str) -> Hardware:
        """What the file describes, or a small server; each host gets the same disks and PCI devices.

        :raises click.ClickException: the file describes no hardware
        """
        if self.hardware_file is None:
            return default_hardware(host_name)
        try:
            return read_hardware(self.hardware_file.read_text("utf-8"), host_name)
        except InvalidInputError as error:
            raise click.ClickException(error.message) from error

    def rules(self) -> Rules:
        """The rules of the file given, counted for each host by itself."""
        return Rules(read_rules(self.rule_file.read_text("utf-8")) if self.rule_file else ())

    def env_path(self, number: int) -> Path | None:
        """Where the settings of host ``number`` go."""
        if self.env_file is None or number == 1:
            return self.env_file
        return self.env_file.with_name(f"{self.env_file.name}.{number}")


def _announce(host: EmulatedHost, env_path: Path | None) -> None:
    """Say that the host answers, and leave its settings in a file that only we can read."""
    if env_path is not None:
        lines = [f"export {name}={quote(value)}" for name, value in host.environment().items()]
        _write_private(env_path, "\n".join(lines) + "\n")
    click.echo(f"{host.host.name}: Windows Server {host.options.version} at {host.listener.url}", err=True)


def _write_private(path: Path, text: str) -> None:
    """Write a file in one step, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    part.replace(path)
