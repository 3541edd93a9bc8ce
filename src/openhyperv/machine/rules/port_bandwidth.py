"""Bandwidth of ports: which bounds go together (Set-VMNetworkAdapter)."""

from __future__ import annotations

from attrs import astuple

from openhyperv.machine.port import PortBandwidth
from openhyperv.machine.rules.port_refusals import port_refusal
from openhyperv.machine.switch import BandwidthMode
from openhyperv.machine.violations import BrokenRuleError, Rule

LEAST_BANDWIDTH_BPS = 10_000_000
"""The least minimum that a port can be promised, as os-win has it."""
_WEIGHTS = range(101)
_PROMISES = {
    BandwidthMode.WEIGHT: "by weight",
    BandwidthMode.ABSOLUTE: "by number",
    BandwidthMode.NONE: "to nobody",
}


def check_bandwidth(bandwidth: PortBandwidth) -> None:
    """Refuse bounds that cross, or that are none.

    :raises BrokenRuleError: with the rule ``port-bandwidth``
    """
    minimum, maximum, burst = bandwidth.minimum_bps, bandwidth.maximum_bps, bandwidth.burst_bps
    if not any(bound is not None for bound in astuple(bandwidth)):
        raise _refusal("Bandwidth has at least one bound.")
    if minimum is not None and minimum < LEAST_BANDWIDTH_BPS:
        raise _refusal(f"The least minimum is {LEAST_BANDWIDTH_BPS} bits per second.")
    if maximum is not None and maximum < max(minimum or 0, 1):
        raise _refusal("The maximum is below the minimum.")
    if burst and burst < max(maximum or 0, minimum or 0):
        raise _refusal("A burst is not slower than the bounds that hold for long.")
    if (bandwidth.burst_bits or 0) < 0 or (burst or 0) < 0:
        raise _refusal("A burst is not less than nothing.")
    _check_weight(bandwidth)


def _check_weight(bandwidth: PortBandwidth) -> None:
    if bandwidth.weight is not None and bandwidth.weight not in _WEIGHTS:
        raise _refusal(f"A weight of bandwidth is 0 to 100, not {bandwidth.weight}.")
    if bandwidth.weight and bandwidth.minimum_bps:
        raise _refusal("A switch promises bandwidth by number or by weight, not by both.")


def check_promise(bandwidth: PortBandwidth, mode: BandwidthMode, switch: str) -> None:
    """Refuse a promise that a switch, of that name and settled mode, cannot give (New-VMSwitch,
    MinimumBandwidthMode).

    :raises BrokenRuleError: with the rule ``port-bandwidth``
    """
    wanted = BandwidthMode.ABSOLUTE if bandwidth.minimum_bps else BandwidthMode.WEIGHT
    if mode is wanted or not (bandwidth.minimum_bps or bandwidth.weight):
        return
    instead = {
        BandwidthMode.ABSOLUTE: "Give a minimum in place of the weight, or",
        BandwidthMode.WEIGHT: "Give a weight in place of the minimum, or",
        BandwidthMode.NONE: "Leave the promise out, or",
    }[mode]
    raise _refusal(
        f"The virtual switch {switch} promises bandwidth {_PROMISES[mode]}, not {_PROMISES[wanted]}.",
        remedy=f"{instead} use a switch made with the bandwidth mode {wanted.name.lower()}.",
    )


def _refusal(message: str, remedy: str | None = None) -> BrokenRuleError:
    return port_refusal(Rule.PORT_BANDWIDTH, "bandwidth", message, remedy)
