"""The command line of ``hvsim run``, and the hosts that it asks for."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

import click
from attrs import evolve, frozen

from openhyperv.emulator.emulated_host import Guests, HostOptions
from openhyperv.emulator.host.hardware import Hardware, default_hardware
from openhyperv.emulator.host.hardware.reading import read_hardware
from openhyperv.emulator.http.accounts import Account
from openhyperv.emulator.rules.matching import Rules
from openhyperv.emulator.rules.reading import read_rules
from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.errors import InvalidInputError


@frozen(kw_only=True)
class RunArguments:
    """What each option says, as click has read it."""

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
    networks: Path | None
    cabling: Sequence[tuple[str, str]]
    max_envelope_kb: int

    def options(self, number: int, data: Path, networks: Path) -> HostOptions:
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
            hardware=self.cabled(self.hardware(name)),
            cache=data / "cache",
            networks=networks,
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

    def cabled(self, hardware: Hardware) -> Hardware:
        """The hardware with its adapters where ``--network`` says.

        :raises click.ClickException: there is no adapter of such a name
        """
        networks = dict(self.cabling)
        if unknown := networks.keys() - {adapter.name for adapter in hardware.adapters}:
            raise click.ClickException(f"The host has no adapter {', '.join(sorted(unknown))}.")
        adapters = [evolve(a, network=networks.get(a.name, a.network)) for a in hardware.adapters]
        return evolve(hardware, adapters=adapters)

    def rules(self) -> Rules:
        """The rules of the file given, counted for each host by itself."""
        return Rules(read_rules(self.rule_file.read_text("utf-8")) if self.rule_file else ())

    def env_path(self, number: int) -> Path | None:
        """Where the settings of host ``number`` go."""
        if self.env_file is None or number == 1:
            return self.env_file
        return self.env_file.with_name(f"{self.env_file.name}.{number}")
