"""The bandwidth of an adapter's port, as options."""

from __future__ import annotations

import click
from attrs import evolve, frozen

from openhyperv.cli.gathering import gathered, given
from openhyperv.machine.port import PortBandwidth, PortSettings

_MEGABIT = 1_000_000


def _bits(_ctx: click.Context, _param: click.Parameter, megabits: float | None) -> int | None:
    return None if megabits is None else int(megabits * _MEGABIT)


def megabits_text(bps: int | None) -> str:
    """``100 Mbit/s``; nothing for no bound."""
    return "" if bps is None else f"{bps / _MEGABIT:g} Mbit/s"


BANDWIDTH_OPTIONS = (
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


@frozen(kw_only=True)
class BandwidthWords:
    """What was given; None where it was not, 0 for no bound."""

    maximum_bandwidth_bps: int | None
    minimum_bandwidth_bps: int | None
    weight: int | None
    burst_bps: int | None
    burst_bits: int | None

    def edit(self, port: PortSettings) -> PortSettings:
        """The port with these bounds."""
        changed = given(self)
        for bound in ("maximum", "minimum"):
            if (bps := changed.pop(f"{bound}_bandwidth_bps", None)) is not None:
                changed[f"{bound}_bps"] = bps or None
        bounds = evolve(port.bandwidth or PortBandwidth(), **changed)
        return evolve(port, bandwidth=None if bounds == PortBandwidth() else bounds)


bandwidth_options = gathered(
    "bandwidth",
    BandwidthWords,
    (
        *BANDWIDTH_OPTIONS,
        click.option("--weight", type=click.IntRange(0, 100), help="Promise it a share; 0 is no promise."),
        click.option(
            "--burst",
            "burst_bps",
            type=click.FloatRange(0),
            callback=_bits,
            metavar="MBIT/S",
            help="Bound its bandwidth for a short while; 0 is no such bound.",
        ),
        click.option(
            "--burst-size",
            "burst_bits",
            type=click.FloatRange(0),
            callback=_bits,
            metavar="MBIT",
            help="How much a burst is.",
        ),
    ),
)
