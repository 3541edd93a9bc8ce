"""Ports of switches: what may be said of a VLAN, of rules and of bandwidth."""

from __future__ import annotations

from collections.abc import Callable

from openhyperv.machine.port import (
    AccessVlan,
    Network,
    PortBandwidth,
    PortRange,
    PortRule,
    PortSpec,
    Protocol,
    TrunkVlan,
    Vlan,
)
from openhyperv.machine.port_weights import BAND_SIZE, DEFAULTS, weigh
from openhyperv.machine.violations import BrokenRuleError, Rule

VLAN_IDS = range(1, 4095)
"""The VLANs that frames can be tagged with (IEEE 802.1Q)."""
LEAST_BANDWIDTH_BPS = 10_000_000
"""The least minimum that a port can be promised, as os-win has it."""
_PORTS = range(65_536)
_PROTOCOLS = range(256)
_WITH_PORTS = {Protocol.TCP, Protocol.UDP, 6, 17}
_WITHOUT_SESSIONS = {Protocol.ICMP, Protocol.ICMPV6, 1, 58}
_ADDRESS_LENGTH = 40
"""MaxLen of LocalIPAddress and RemoteIPAddress (Msvm_EthernetSwitchPortExtendedAclSettingData)."""


def check_port(spec: PortSpec) -> PortSpec:
    """The specification, if a port can be so.

    :raises BrokenRuleError: no such VLAN, a rule that contradicts itself, too many rules, or crossed bounds
    """
    if not spec.switch:
        raise _refusal(Rule.PORT_SWITCH, "switch", "A port is on a switch.")
    _check_vlan(spec.vlan)
    for rule in spec.rules or ():
        check_rule(rule)
    _check_count(spec.rules or ())
    if spec.bandwidth is not None:
        _check_bandwidth(spec.bandwidth)
    return spec


def _check_vlan(vlan: Vlan | None) -> None:
    if isinstance(vlan, AccessVlan):
        _check_tag(vlan.vlan_id)
    elif isinstance(vlan, TrunkVlan):
        if not vlan.vlan_ids:
            raise _refusal(Rule.PORT_VLAN, "vlan", "A trunk carries at least one VLAN.")
        for vlan_id in vlan.vlan_ids:
            _check_tag(vlan_id)
        if vlan.native_vlan_id:
            _check_tag(vlan.native_vlan_id)


def _check_tag(vlan_id: int) -> None:
    if vlan_id not in VLAN_IDS:
        raise _refusal(Rule.PORT_VLAN, "vlan", f"VLAN {vlan_id} is not one of 1 to 4094.")


def check_rule(rule: PortRule) -> PortRule:
    """The rule, if it can be kept.

    :raises BrokenRuleError: it contradicts itself
    """
    for check in _RULE_CHECKS:
        check(rule)
    return rule


def _check_protocol(rule: PortRule) -> None:
    if isinstance(rule.protocol, int) and rule.protocol not in _PROTOCOLS:
        raise _contradiction(f"{rule.protocol} is no protocol; those are 0 to 255.")


def _check_default(rule: PortRule) -> None:
    if rule in DEFAULTS:
        raise _contradiction("What no rule allows is denied anyway.")


def _check_ports(rule: PortRule) -> None:
    if rule.ports is None:
        return
    if rule.protocol not in _WITH_PORTS:
        raise _contradiction("Ports belong to TCP or UDP.")
    if not _is_range(rule.ports):
        raise _contradiction(f"{rule.ports} is no range within 0 to 65535.")


def _is_range(ports: PortRange) -> bool:
    return ports.first in _PORTS and ports.last in _PORTS and ports.first <= ports.last


def _check_family(rule: PortRule) -> None:
    families = {network.version for network in (rule.remote, rule.local) if network is not None}
    if len(families) > 1:
        raise _contradiction("Both networks of a rule are of one family.")
    if rule.protocol in (Protocol.ICMP, 1) and 6 in families:
        raise _contradiction("ICMP is for IPv4; that of IPv6 is ICMPv6.")
    if rule.protocol in (Protocol.ICMPV6, 58) and 4 in families:
        raise _contradiction("ICMPv6 is not for IPv4.")


def _check_sessions(rule: PortRule) -> None:
    if rule.stateful and rule.protocol in _WITHOUT_SESSIONS:
        raise _contradiction("ICMP has no sessions, so no rule about it is stateful.")


def _check_lengths(rule: PortRule) -> None:
    for network in (rule.remote, rule.local):
        if network is not None and len(address_text(network)) > _ADDRESS_LENGTH:
            raise _contradiction(
                f"{network} is longer than the {_ADDRESS_LENGTH} characters that Hyper-V keeps."
            )


def address_text(network: Network) -> str:
    """A network as rules name it; a single address has no prefix length."""
    is_single = network.prefixlen == network.max_prefixlen
    return str(network.network_address if is_single else network)


_RULE_CHECKS: tuple[Callable[[PortRule], None], ...] = (
    _check_protocol,
    _check_default,
    _check_ports,
    _check_family,
    _check_sessions,
    _check_lengths,
)


def _check_count(rules: tuple[PortRule, ...]) -> None:
    try:
        weigh(dict.fromkeys(rules, None))
    except OverflowError as error:
        message = f"A port takes {BAND_SIZE} rules of one kind and direction."
        raise _refusal(Rule.PORT_RULES, "rules", message) from error


def _check_bandwidth(bandwidth: PortBandwidth) -> None:
    minimum, maximum = bandwidth.minimum_bps, bandwidth.maximum_bps
    if minimum is None and maximum is None:
        raise _refusal(Rule.PORT_BANDWIDTH, "bandwidth", "Bandwidth has at least one bound.")
    if minimum is not None and minimum < LEAST_BANDWIDTH_BPS:
        raise _refusal(
            Rule.PORT_BANDWIDTH, "bandwidth", f"The least minimum is {LEAST_BANDWIDTH_BPS} bits per second."
        )
    if maximum is not None and maximum < max(minimum or 0, 1):
        raise _refusal(Rule.PORT_BANDWIDTH, "bandwidth", "The maximum is below the minimum.")


def _contradiction(message: str) -> BrokenRuleError:
    return _refusal(Rule.PORT_RULES, "rules", message)


def _refusal(rule: Rule, subject: str, message: str) -> BrokenRuleError:
    return BrokenRuleError(rule, subject, message, operation="design a port")
