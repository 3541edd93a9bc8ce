"""Whether, how and over which networks the host lets machines migrate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Interface, ip_network
from pathlib import Path

from attrs import asdict, define, field

from openhyperv.emulator.host.hardware import Hardware


@define(eq=False)
class MigrationNetwork:
    """A subnet over which the host takes machines in; a lower metric goes first."""

    identity: str
    subnet: str
    prefix_length: int
    metric: int = 0
    tags: list[str] = field(factory=list)

    def has(self, address: IPv4Interface | IPv6Interface) -> bool:
        """True for an address in the subnet."""
        return address.ip in ip_network(f"{self.subnet}/{self.prefix_length}", strict=False)


@define(eq=False)
class MigrationSettings:
    """What the administrator has set. Migration is off on a new host."""

    # UNVERIFIED: the numbers and the authentication of a host on which nobody changed any
    is_enabled: bool = False
    maximum_migrations: int = 2
    maximum_storage_migrations: int = 2
    authentication: int = 0
    has_compression: bool = True
    has_smb_transport: bool = False
    networks: list[MigrationNetwork] = field(factory=list)

    def listening_addresses(self, hardware: Hardware) -> Iterator[str]:
        """The host's own addresses in the networks, none while migration is off."""
        # UNVERIFIED: that no address is listed without a network, or while migration is off
        if self.is_enabled:
            own = [address for adapter in hardware.adapters for address in adapter.addresses]
            for network in sorted(self.networks, key=lambda network: network.metric):
                yield from (str(address.ip) for address in own if network.has(address))

    def find(self, identity: str) -> MigrationNetwork | None:
        """The network of that identity, in any case of letters."""
        return next((n for n in self.networks if n.identity.lower() == identity.lower()), None)


def load_migration_settings(file: Path) -> MigrationSettings:
    """The settings as they were last kept; on a new host the initial ones."""
    if not file.exists():
        return MigrationSettings()
    data = json.loads(file.read_text("utf-8"))
    return MigrationSettings(**{**data, "networks": [MigrationNetwork(**n) for n in data["networks"]]})


def save_migration_settings(file: Path, settings: MigrationSettings) -> None:
    """Keep settings; a crash leaves the old or the new ones."""
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(settings)), "utf-8")
    temporary.replace(file)
