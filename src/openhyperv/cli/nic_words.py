"""What may be said of a network adapter on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from attrs import frozen

from openhyperv.cli.gathering import gathered, given
from openhyperv.cli.port_bandwidth import BANDWIDTH_OPTIONS
from openhyperv.cli.port_guards import GUARD_OPTIONS
from openhyperv.cli.port_switch import NOWHERE, SWITCH_OPTION
from openhyperv.cli.port_vlan import VLAN_OPTION


@frozen(kw_only=True)
class NicChanges:
    """What was given; None where it was not. Named as in a network adapter's specification."""

    switch: str | None = None
    mac_address: str | None = None
    vlan_id: int | None = None
    device_naming: bool | None = None
    mac_spoofing: bool | None = None
    dhcp_guard: bool | None = None
    router_guard: bool | None = None
    maximum_bandwidth_bps: int | None = None
    minimum_bandwidth_bps: int | None = None

    def values(self) -> Mapping[str, Any]:
        """Only what was given; no switch, VLAN 0 and 0 Mbit/s take away what there was."""
        said = given(self)
        return said | {n: None for n, value in said.items() if value in (NOWHERE, 0) and value is not False}


nic_options = gathered(
    "changes",
    NicChanges,
    (
        click.option("--mac", "mac_address", help="Its MAC address; 'none' leaves that to the host."),
        click.option("--naming/--no-naming", "device_naming", default=None, help="Tell the guest its name."),
        SWITCH_OPTION,
        VLAN_OPTION,
        *GUARD_OPTIONS,
        *BANDWIDTH_OPTIONS,
    ),
)
