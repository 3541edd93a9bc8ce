"""Extended access rules: the heaviest that fits a packet decides, and what none fits passes.

Microsoft, "Add-VMNetworkAdapterExtendedAcl". Rules are about IP packets; ARP and other protocols pass.
"""

from __future__ import annotations

from collections.abc import Iterable

from openhyperv.emulator.network.packets import Packet
from openhyperv.emulator.network.sessions import Sessions
from openhyperv.emulator.network.settings import (
    Action,
    Direction,
    ExtendedRule,
    Family,
    PortNumbers,
    Prefix,
)

_FAMILIES = {4: Family.IPV4, 6: Family.IPV6}


class ExtendedRules:
    """The rules of one port, and the sessions that they let begin."""

    def __init__(self) -> None:
        self.sessions = Sessions()
        self._by_direction: dict[Direction, list[ExtendedRule]] = {way: [] for way in Direction}

    def replace(self, rules: Iterable[ExtendedRule]) -> None:
        """Other rules from now on; sessions of rules that stay go on."""
        heaviest_first = sorted(rules, key=lambda rule: -rule.weight)
        for way in Direction:
            self._by_direction[way] = [rule for rule in heaviest_first if rule.direction is way]
        self.sessions.keep_only(heaviest_first)

    def judges(self, direction: Direction) -> bool:
        """True where a packet in that direction may be refused, or be remembered."""
        return bool(self._by_direction[direction])

    def allow(self, direction: Direction, packet: Packet, vlan_id: int, now_s: float) -> bool:
        """Whether a packet passes; one of a stateful rule lets its answers pass too."""
        if self.sessions.covers(direction, packet, now_s):
            return True
        for rule in self._by_direction[direction]:
            if _fits(rule, packet, vlan_id):
                if rule.action is Action.DENY:
                    return False
                if rule.is_stateful:
                    self.sessions.begin(rule, direction, packet, now_s)
                return True
        return True


def _fits(rule: ExtendedRule, packet: Packet, vlan_id: int) -> bool:
    if rule.protocol is not None and rule.protocol != packet.protocol:
        return False
    if rule.isolation_id and rule.isolation_id != vlan_id:
        return False
    if rule.direction is Direction.OUTGOING:
        local, remote = packet.source, packet.destination
        ports = packet.source_port, packet.destination_port
    else:
        local, remote = packet.destination, packet.source
        ports = packet.destination_port, packet.source_port
    family = _FAMILIES[packet.version]
    if not (_begins(rule.local, family, local) and _begins(rule.remote, family, remote)):
        return False
    return _has_port(rule, rule.local_ports, packet, ports[0]) and _has_port(
        rule, rule.remote_ports, packet, ports[1]
    )


def _begins(prefix: Prefix | None, family: Family, address: int) -> bool:
    return prefix is None or (prefix.family is family and address in prefix)


def _has_port(rule: ExtendedRule, wanted: PortNumbers | None, packet: Packet, port: int | None) -> bool:
    """A fragment that does not tell its ports is refused by a rule that may mean it, and allowed by none."""
    # UNVERIFIED: how Windows judges later fragments by rules with ports
    if wanted is None:
        return True
    if port is None:
        return rule.action is Action.DENY and packet.may_have_ports
    return port in wanted
