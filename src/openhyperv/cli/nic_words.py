"""What may be said of a network adapter on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import click
from attrs import asdict, frozen

_MEGABIT = 1_000_000


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
        given = {name: value for name, value in asdict(self).items() if value is not None}
        emptied = {name: None for name, value in given.items() if value in ("none", 0) and value is not False}
        return given | emptied


def _bits(_ctx: click.Context, _param: click.Parameter, megabits: float | None) -> int | None:
    return None if megabits is None else int(megabits * _MEGABIT)


_OPTIONS = (
    click.option("--switch", help="Plug it into this switch; 'none' pulls it out."),
    click.option("--mac", "mac_address", help="Its MAC address; 'none' leaves that to the host."),
    click.option("--vlan", "vlan_id", type=click.IntRange(0, 4094), help="Its VLAN; 0 is none."),
    click.option("--naming/--no-naming", "device_naming", default=None, help="Tell the guest its name."),
    click.option("--spoofing/--no-spoofing", "mac_spoofing", default=None, help="Let it change its MAC."),
    click.option("--dhcp-guard/--no-dhcp-guard", default=None, help="Drop its answers as a DHCP server."),
    click.option("--router-guard/--no-router-guard", default=None, help="Drop its router advertisements."),
    click.option(
        "--at-most",
        "maximum_bandwidth_bps",
        type=click.FloatRange(0),
        callback=_bits,
        metavar="MBIT/S",
        help="Bound its bandwidth; 0 is no bound.",
    ),
    click.option(
        "--at-least",
        "minimum_bandwidth_bps",
        type=click.FloatRange(0),
        callback=_bits,
        metavar="MBIT/S",
        help="Promise it bandwidth; 0 is no promise.",
    ),
)


def nic_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options; the command gets them together, as ``changes``."""

    @wraps(command)
    def gathered(*positional: Any, **given: Any) -> None:
        own = {name: given.pop(name) for name in list(given) if hasattr(NicChanges, name)}
        command(*positional, **given, changes=NicChanges(**own))

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered
