"""What may be said of a virtual switch on the command line."""

from __future__ import annotations

import click
from attrs import frozen

from openhyperv.cli.gathering import gathered
from openhyperv.cli.members import member_of, names_of
from openhyperv.machine.switch import BandwidthMode, LoadBalancing, SwitchChange, SwitchSpec

_ADAPTERS = click.option(
    "--adapter",
    "adapters",
    multiple=True,
    help="Bind it to this network adapter: by name, description, MAC or GUID. Several are a team.",
)
_MANAGEMENT_PORT = click.option(
    "--management-port/--no-management-port",
    default=None,
    help="Give the host an adapter of its own at it.",
)
_BALANCING = click.option(
    "--balancing",
    type=click.Choice(["hyperv-port", "dynamic"]),
    help="How a team shares its load.",
)
_NOTES = click.option("--notes", help="What it is there for.")


def _balancing(word: str | None) -> LoadBalancing | None:
    return None if word is None else LoadBalancing[word.replace("-", "_").upper()]


@frozen(kw_only=True)
class NewSwitch:
    """What was said of a switch to be made."""

    adapters: tuple[str, ...]
    management_port: bool | None
    teaming: bool
    balancing: str | None
    iov: bool
    packet_direct: bool
    bandwidth_mode: BandwidthMode
    notes: str | None

    def spec(self, name: str) -> SwitchSpec:
        """The switch; the host keeps its way to a network adapter unless it is told not to."""
        has_host = bool(self.adapters) if self.management_port is None else self.management_port
        return SwitchSpec(
            name=name,
            adapters=self.adapters,
            management_port=has_host,
            teaming=self.teaming,
            load_balancing=_balancing(self.balancing),
            iov_preferred=self.iov,
            packet_direct=self.packet_direct,
            bandwidth_mode=self.bandwidth_mode,
            notes=self.notes or "",
        )


new_switch_options = gathered(
    "new",
    NewSwitch,
    (
        _ADAPTERS,
        _MANAGEMENT_PORT,
        click.option("--teaming", is_flag=True, help="Make one adapter a team that can grow."),
        _BALANCING,
        click.option("--iov", is_flag=True, help="Let machines have virtual functions (SR-IOV)."),
        click.option("--packet-direct", is_flag=True, help="Use PacketDirect."),
        click.option(
            "--bandwidth-mode",
            type=names_of(BandwidthMode),
            callback=member_of(BandwidthMode),
            default="default",
            help="How it promises bandwidth to ports.",
        ),
        _NOTES,
    ),
)


@frozen(kw_only=True)
class SwitchWords:
    """What was said of a switch that is there."""

    adapters: tuple[str, ...]
    no_adapter: bool
    management_port: bool | None
    balancing: str | None
    notes: str | None

    def change(self) -> SwitchChange:
        """What shall be different.

        :raises UsageError: nothing, or two things at once
        """
        if self.adapters and self.no_adapter:
            raise click.UsageError("Give --adapter or --no-adapter.")
        change = SwitchChange(
            adapters=self.adapters if self.adapters or self.no_adapter else None,
            management_port=self.management_port,
            load_balancing=_balancing(self.balancing),
            notes=self.notes,
        )
        if change == SwitchChange():
            raise click.UsageError("Name at least one thing to change.")
        return change


switch_options = gathered(
    "words",
    SwitchWords,
    (
        _ADAPTERS,
        click.option("--no-adapter", is_flag=True, help="Take it off the physical network."),
        _MANAGEMENT_PORT,
        _BALANCING,
        _NOTES,
    ),
)
