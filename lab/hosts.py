"""Emulated Hyper-V hosts: each a process of its own, as a host is a machine of its own."""

from __future__ import annotations

import shlex
from pathlib import Path

from lab.ports import ADDRESS, Listener
from lab.private_files import write_private
from lab.processes import Program
from lab.settings import Account, HostSettings, Lab
from openhyperv.transport.target import Target

_ENVELOPE_KB = 20480
"""MaxEnvelopeSizekb: Windows' 500 hold a picture of 80 x 60; an administrator raises it for larger ones."""


def _settings(lab: Lab, host: HostSettings) -> Path:
    return lab.places.configuration / "hosts" / f"{host.name}.env"


def emulated_host(lab: Lab, host: HostSettings) -> Program:
    """A Windows Server with Hyper-V. Started anew with the same data it is that host, rebooted.

    All hosts know the same account, as those of a domain do: a host that takes over a server reads its files
    on the host that had it.
    """
    port = lab.port(Listener.FIRST_HOST) + lab.hosts.index(host)
    settings = _settings(lab, host)
    password = settings.with_name("password")
    write_private(password, lab.password(Account.HOSTS) + "\n")
    return Program(
        f"hvsim-{host.name}",
        (
            lab.places.program("hvsim"),
            "run",
            f"--name={host.name.upper()}",
            f"--version={host.release}",
            f"--guests={lab.guests}",
            f"--listen={ADDRESS}:{port}",
            f"--data={lab.places.data(host.name)}",
            f"--env={settings}",
            f"--password-file={password}",
            f"--max-envelope-kb={_ENVELOPE_KB}",
            f"--networks={lab.places.networks}",
        ),
        reads=(password,),
        makes=settings,
        is_ready=settings.exists,
        stop_timeout_s=60.0,
    )


def variables(lab: Lab, host: HostSettings) -> dict[str, str]:
    """What clients of a running host need to know, by the names of OPENHYPERV_* variables."""
    words = shlex.split(_settings(lab, host).read_text("utf-8"))
    return dict(word.split("=", 1) for word in words if "=" in word)


def target(lab: Lab, host: HostSettings) -> Target:
    """A running host, as our library reaches it."""
    return Target.from_environment(variables(lab, host))
