"""The VLAN of an adapter's port, as options."""

from __future__ import annotations

import click
from attrs import evolve, frozen

from openhyperv.cli.gathering import gathered
from openhyperv.cli.vlan_words import PrivateWords, VlanList
from openhyperv.machine.port import AccessVlan, PortSettings, PrivateVlan, TrunkVlan, Vlan

VLAN_OPTION = click.option("--vlan", "vlan_id", type=click.IntRange(0, 4094), help="Its VLAN; 0 is none.")


@frozen(kw_only=True)
class VlanWords:
    """What was given; None where it was not."""

    vlan_id: int | None
    trunk: tuple[int, ...] | None
    native_vlan_id: int | None
    private: PrivateVlan | None

    def edit(self, port: PortSettings) -> PortSettings:
        """The port in that VLAN.

        :raises UsageError: it would be in several ways at once
        """
        if sum(each is not None for each in (self.vlan_id, self.trunk, self.private)) > 1:
            raise click.UsageError("Give one of --vlan, --trunk and --private.")
        if self.native_vlan_id is not None and self.trunk is None:
            raise click.UsageError("--native goes with --trunk.")
        return evolve(port, vlan=self._vlan(port.vlan))

    def _vlan(self, present: Vlan | None) -> Vlan | None:
        if self.trunk is not None:
            return TrunkVlan(self.trunk, self.native_vlan_id or 0)
        if self.private is not None:
            return self.private
        if self.vlan_id is None:
            return present
        return AccessVlan(self.vlan_id) if self.vlan_id else None


vlan_options = gathered(
    "vlan",
    VlanWords,
    (
        VLAN_OPTION,
        click.option(
            "--trunk", type=VlanList(), help="Let the guest tag its frames with these, as 20,22-25."
        ),
        click.option(
            "--native",
            "native_vlan_id",
            type=click.IntRange(0, 4094),
            help="Where a trunk's untagged frames are.",
        ),
        click.option(
            "--private", type=PrivateWords(), help="A private VLAN: isolated:10:20, community, promiscuous."
        ),
    ),
)
