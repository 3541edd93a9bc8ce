"""VLANs of ports: which there are, and how they go together (Set-VMNetworkAdapterVlan)."""

from __future__ import annotations

from openhyperv.machine.port import AccessVlan, PrivateVlan, PrivateVlanMode, TrunkVlan, Vlan
from openhyperv.machine.port_isolation import IsolationMode, PortIsolation
from openhyperv.machine.rules.port_refusals import port_refusal
from openhyperv.machine.violations import BrokenRuleError, Rule

VLAN_IDS = range(1, 4095)
"""The VLANs that frames can be tagged with (IEEE 802.1Q)."""


def check_vlan(vlan: Vlan | None, isolation: PortIsolation | None = None) -> None:
    """Refuse a VLAN that no port can be in, or one beside isolation.

    A port that has both is "incorrectly configured", and may not communicate (Microsoft, "Configure and View
    VLAN Settings on Hyper-V Virtual Switch Ports").

    :raises BrokenRuleError: with the rule ``port-vlan``
    """
    if vlan is not None and isolation is not None and isolation.mode is not IsolationMode.NONE:
        raise _refusal("A port is isolated by a VLAN or by network virtualization, not by both.")
    if isinstance(vlan, AccessVlan):
        _check_tag(vlan.vlan_id)
    elif isinstance(vlan, TrunkVlan):
        _check_trunk(vlan)
    elif isinstance(vlan, PrivateVlan):
        _check_private(vlan)


def _check_trunk(vlan: TrunkVlan) -> None:
    if not vlan.vlan_ids:
        raise _refusal("A trunk carries at least one VLAN.")
    for vlan_id in vlan.vlan_ids:
        _check_tag(vlan_id)
    if vlan.native_vlan_id:
        _check_tag(vlan.native_vlan_id)


def _check_private(vlan: PrivateVlan) -> None:
    for vlan_id in (vlan.primary_vlan_id, *vlan.secondary_vlan_ids):
        _check_tag(vlan_id)
    if not vlan.secondary_vlan_ids:
        raise _refusal("A private VLAN has a secondary VLAN.")
    if len(vlan.secondary_vlan_ids) > 1 and vlan.mode is not PrivateVlanMode.PROMISCUOUS:
        raise _refusal("Only a promiscuous port is in several secondary VLANs.")
    if vlan.primary_vlan_id in vlan.secondary_vlan_ids:
        raise _refusal("The secondary VLAN differs from the primary one.")


def _check_tag(vlan_id: int) -> None:
    if vlan_id not in VLAN_IDS:
        raise _refusal(f"VLAN {vlan_id} is not one of 1 to 4094.")


def _refusal(message: str) -> BrokenRuleError:
    return port_refusal(Rule.PORT_VLAN, "vlan", message)
