"""What a guest may do at its port, as options."""

from __future__ import annotations

import click
from attrs import evolve, frozen

from openhyperv.cli.gathering import gathered, given
from openhyperv.cli.members import member_of, names_of
from openhyperv.machine.port import Mirroring, PortSettings

GUARD_OPTIONS = (
    click.option("--spoofing/--no-spoofing", "mac_spoofing", default=None, help="Let it change its MAC."),
    click.option("--dhcp-guard/--no-dhcp-guard", default=None, help="Drop its answers as a DHCP server."),
    click.option("--router-guard/--no-router-guard", default=None, help="Drop its router advertisements."),
)


@frozen(kw_only=True)
class GuardWords:
    """What was given; None where it was not."""

    mac_spoofing: bool | None
    dhcp_guard: bool | None
    router_guard: bool | None
    teaming: bool | None
    priority_tag: bool | None
    mirroring: Mirroring | None
    storm_limit_pps: int | None

    def edit(self, port: PortSettings) -> PortSettings:
        """The port with these guards."""
        changed = given(self)
        if "mac_spoofing" in changed:
            changed["allow_mac_spoofing"] = changed.pop("mac_spoofing")
        return evolve(port, security=evolve(port.security, **changed))


guard_options = gathered(
    "guards",
    GuardWords,
    (
        *GUARD_OPTIONS,
        click.option("--teaming/--no-teaming", default=None, help="Let the guest team it with others."),
        click.option(
            "--priority-tag/--no-priority-tag", default=None, help="Keep the priorities in its frames."
        ),
        click.option(
            "--mirror",
            "mirroring",
            type=names_of(Mirroring),
            callback=member_of(Mirroring),
            help="Copy what sources send and get to destinations.",
        ),
        click.option(
            "--storm-limit",
            "storm_limit_pps",
            type=click.IntRange(0),
            metavar="PACKETS/S",
            help="Bound its broadcasts; 0 is no bound.",
        ),
    ),
)
