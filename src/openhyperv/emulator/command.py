"""``hvsim``: run emulated Hyper-V hosts from the command line."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import click

from openhyperv.emulator.emulated_host import EmulatedHost, Guests
from openhyperv.emulator.run_arguments import RunArguments
from openhyperv.emulator.virtualization import own_networks

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


class _Plugged(click.ParamType[tuple[str, str]]):
    """``adapter=physical network``."""

    name = "ADAPTER=NETWORK"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        adapter, _, network = str(value).partition("=")
        if not adapter or not network:
            self.fail(f"{value} is not ADAPTER=NETWORK", param, ctx)
        return adapter, network


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
    "--networks",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of physical networks; hosts of several commands that share it share those.",
)
@click.option(
    "--network",
    "cabling",
    type=_Plugged(),
    multiple=True,
    help="Plug the adapter of that name into that physical network; otherwise it is in one of its own name.",
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
        networks = arguments.networks or own_networks(resources, data)
        for number in range(1, arguments.hosts + 1):
            options = arguments.options(number, data, networks)
            host = resources.enter_context(EmulatedHost(options, arguments.rules()))
            _announce(host, arguments.env_path(number))
        while not stopped.wait(_TURN_S):  # Python misses a signal that comes just before an endless wait
            pass


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
