"""What is chosen once for a lab and kept: ports, passwords, and which hosts it has."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from enum import StrEnum

from attrs import asdict, evolve, field, frozen

from lab.places import Places
from lab.ports import ADDRESS, Listener, free_base
from lab.private_files import write_private

_PASSWORD_BYTES = 24


class Account(StrEnum):
    """Who has a password in a lab."""

    HOSTS = "hosts"
    DATABASE = "database"
    BROKER = "broker"
    ADMIN = "admin"
    NOVA = "nova"
    NEUTRON = "neutron"
    GLANCE = "glance"
    PLACEMENT = "placement"


@frozen
class HostSettings:
    """One emulated Hyper-V host: its name, and which Windows Server it is."""

    name: str
    release: str


DEFAULT_HOSTS = (HostSettings("hv1", "2025"), HostSettings("hv2", "2025"))


@frozen
class Lab:
    """One lab. Its passwords are never shown."""

    places: Places
    base_port: int
    passwords: Mapping[str, str] = field(repr=False)
    hosts: Sequence[HostSettings] = DEFAULT_HOSTS
    guests: str = "qemu"

    @classmethod
    def open(cls, places: Places) -> Lab:
        """The lab of these folders; a new one has free ports and new passwords."""
        if not places.settings.exists():
            places.make()
            passwords = {account.value: secrets.token_urlsafe(_PASSWORD_BYTES) for account in Account}
            cls(places, free_base(), passwords).save()
        kept = json.loads(places.settings.read_text("utf-8"))
        hosts = tuple(HostSettings(**host) for host in kept.pop("hosts"))
        return cls(places, hosts=hosts, **kept)

    def save(self) -> None:
        """Keep what was chosen."""
        kept = asdict(self, filter=lambda attribute, _: attribute.name != "places")
        write_private(self.places.settings, json.dumps(kept, indent=1) + "\n")

    def with_hosts(self, hosts: Sequence[HostSettings], guests: str | None) -> Lab:
        """The same lab with these hosts (none: those it has), kept."""
        lab = evolve(self, hosts=tuple(hosts) or self.hosts, guests=guests or self.guests)
        lab.save()
        return lab

    def password(self, account: Account) -> str:
        """The password of an account."""
        return self.passwords[account]

    def port(self, listener: Listener) -> int:
        """The port of a listener."""
        return self.base_port + listener

    def url(self, listener: Listener, path: str = "") -> str:
        """The address of a web service."""
        return f"http://{ADDRESS}:{self.port(listener)}{path}"
