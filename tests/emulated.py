"""Emulated hosts for tests: in this process, but reached over real sockets with real authentication."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openhyperv.emulator.emulated_host import EmulatedHost, HostOptions
from openhyperv.emulator.http.accounts import Account
from openhyperv.emulator.rules.matching import Rules
from openhyperv.transport.target import Target

ACCOUNT = Account("Administrator", "correct horse battery staple")


@contextmanager
def emulated_host(data: Path, rules: Rules | None = None, **options: Any) -> Iterator[EmulatedHost]:
    """A Windows Server 2025 host without files; options as :class:`HostOptions` takes them."""
    chosen = {"name": "HV1", "data": data, "account": ACCOUNT, "has_files": False, **options}
    with EmulatedHost(HostOptions(**chosen), rules) as host:
        yield host


def target_of(host: EmulatedHost) -> Target:
    """How a client reaches a host."""
    return Target.from_environment(host.environment())
