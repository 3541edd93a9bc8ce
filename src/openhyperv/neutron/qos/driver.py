"""The QoS driver of Neutron's server: which rules ports on Hyper-V hosts can have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib import constants
from neutron_lib.db import constants as database
from neutron_lib.services.qos import base
from neutron_lib.services.qos import constants as qos
from neutron_lib.services.trunk import constants as trunk

from openhyperv.machine.rules.port_bandwidth import LEAST_BANDWIDTH_BPS
from openhyperv.neutron.agent_type import VIF_TYPE, VNIC_TYPES
from openhyperv.neutron.qos.bandwidth import BPS_PER_KBPS

_WHAT_GUESTS_SEND = {"type:values": [constants.EGRESS_DIRECTION]}
"""Hyper-V bounds nothing else."""

SUPPORTED_RULES: Mapping[str, Any] = {
    qos.RULE_TYPE_BANDWIDTH_LIMIT: {
        qos.MAX_KBPS: {"type:range": [0, database.DB_INTEGER_MAX_VALUE]},
        qos.MAX_BURST: {"type:range": [0, database.DB_INTEGER_MAX_VALUE]},
        qos.DIRECTION: _WHAT_GUESTS_SEND,
    },
    qos.RULE_TYPE_MINIMUM_BANDWIDTH: {
        qos.MIN_KBPS: {"type:range": [LEAST_BANDWIDTH_BPS // BPS_PER_KBPS, database.DB_INTEGER_MAX_VALUE]},
        qos.DIRECTION: _WHAT_GUESTS_SEND,
    },
}


class HyperVQosDriver(base.DriverBase):
    """Refuses, where a policy is given to a port, the rules that its host could not keep.

    Agents hear of changed policies by notification.
    """

    def __init__(self) -> None:
        super().__init__(
            name="hyperv",
            vif_types=[VIF_TYPE],
            vnic_types=list(VNIC_TYPES),
            supported_rules=SUPPORTED_RULES,
            requires_rpc_notifications=True,
        )

    def validate_rule_for_port(self, context: object, rule: object, port: Mapping[str, Any]) -> bool:  # noqa: ARG002
        """A sub-port shares its parent's port on the switch, which has one bandwidth."""
        return bool(port["device_owner"] != trunk.TRUNK_SUBPORT_OWNER)
