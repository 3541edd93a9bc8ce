"""Ports of switches: what may be said of one as a whole, and of its rules."""

from __future__ import annotations

from collections.abc import Callable

from openhyperv.machine.port import (
    Network,
    PortRange,
    PortRule,
    PortSettings,
    PortSpec,
    Protocol,
)
from openhyperv.machine.port_weights import BAND_SIZE, DEFAULTS, weigh
from openhyperv.machine.rules.port_bandwidth import check_bandwidth
from openhyperv.machine.rules.port_hardware import check_hardware
from openhyperv.machine.rules.port_refusals import port_refusal
from openhyperv.machine.rules.vlans import check_vlan
from openhyperv.machine.violations import BrokenRuleError, Rule

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
        raise port_refusal(Rule.PORT_SWITCH, "switch", "A port is on a switch.")
    check_settings(spec)
    return spec


def check_settings(settings: PortSettings) -> PortSettings:
    """The same for a port whose switch is of no matter."""
    check_vlan(settings.vlan, settings.isolation)
    for rule in settings.rules or ():
        check_rule(rule)
    _check_count(settings.rules or ())
    if settings.bandwidth is not None:
        check_bandwidth(settings.bandwidth)
    check_hardware(settings)
    return settings


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
    if len(rules) <= BAND_SIZE:
        return
    try:
        weigh(dict.fromkeys(rules, None))
    except OverflowError as error:
        message = f"A port takes {BAND_SIZE} rules of one kind and direction."
        raise port_refusal(Rule.PORT_RULES, "rules", message) from error


def _contradiction(message: str) -> BrokenRuleError:
    return port_refusal(Rule.PORT_RULES, "rules", message)
