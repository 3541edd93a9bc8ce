"""A QoS policy as the bandwidth of a port."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from neutron_lib import constants
from neutron_lib.services.qos import constants as qos
from oslo_log import log as logging

from openhyperv.machine.port import PortBandwidth

LOG = logging.getLogger(__name__)

BPS_PER_KBPS = 1000
"""Neutron's kilobits are decimal (neutron, "Quality of Service (QoS)"), and so are Hyper-V's."""


def bandwidth_of(policy_id: str, rules: Iterable[Any]) -> PortBandwidth | None:
    """The bandwidth that a policy's rules, Neutron's objects, come to; None for no bound at all.

    Neutron's server refuses rules that Hyper-V cannot keep, unless another driver of the same cloud can. Such
    a rule is left out here, and logged.
    """
    bounds: dict[str, int] = {}
    for rule in rules:
        kind, direction = rule.rule_type, getattr(rule, "direction", None)
        if direction == constants.EGRESS_DIRECTION and kind == qos.RULE_TYPE_BANDWIDTH_LIMIT:
            bounds["maximum_bps"] = (rule.max_kbps or 0) * BPS_PER_KBPS
            # UNVERIFIED: the size of a burst counts without a rate for it
            bounds["burst_bits"] = (rule.max_burst_kbps or 0) * BPS_PER_KBPS
        elif direction == constants.EGRESS_DIRECTION and kind == qos.RULE_TYPE_MINIMUM_BANDWIDTH:
            bounds["minimum_bps"] = (rule.min_kbps or 0) * BPS_PER_KBPS
        else:
            LOG.warning(
                "QoS policy %s: Hyper-V cannot keep a rule of type %s, direction %s.",
                policy_id,
                kind,
                direction or "any",
            )
    given = {name: value for name, value in bounds.items() if value}
    return PortBandwidth(**{"burst_bits": 0, **given}) if given else None
