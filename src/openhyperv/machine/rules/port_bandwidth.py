"""Bandwidth of ports: which bounds go together (Set-VMNetworkAdapter)."""

from __future__ import annotations

from attrs import astuple

from openhyperv.machine.port import PortBandwidth
from openhyperv.machine.rules.port_refusals import port_refusal
from openhyperv.machine.violations import BrokenRuleError, Rule

LEAST_BANDWIDTH_BPS = 10_000_000
"""The least minimum that a port can be promised, as os-win has it."""
_WEIGHTS = range(101)


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


def _refusal(message: str) -> BrokenRuleError:
    return port_refusal(Rule.PORT_BANDWIDTH, "bandwidth", message)
