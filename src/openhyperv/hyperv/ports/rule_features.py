"""A port's rules as the settings that Hyper-V keeps of them, and back. Pure: nothing is sent here."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_network

from attrs import evolve

from openhyperv.hyperv.values import number, text
from openhyperv.machine.port import Action, Direction, Network, PortRange, PortRule, Protocol
from openhyperv.machine.rules.ports import address_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

RULE = "Msvm_EthernetSwitchPortExtendedAclSettingData"

_ANY = "ANY"


def rule_settings(rule: PortRule, weight: int) -> Instance:
    """One rule at its weight. Ports are the destination's: the guest's own for what comes in."""
    is_incoming = rule.direction is Direction.INCOMING
    ports = _ANY if rule.ports is None else str(rule.ports)
    values: dict[str, Value] = {
        "Direction": rule.direction.value,
        "Action": rule.action.value,
        "Protocol": str(rule.protocol),
        "LocalIPAddress": _ANY if rule.local is None else address_text(rule.local),
        "RemoteIPAddress": _ANY if rule.remote is None else address_text(rule.remote),
        "LocalPort": ports if is_incoming else _ANY,
        "RemotePort": _ANY if is_incoming else ports,
        "Stateful": rule.stateful,
        "Weight": weight,
    }
    return Instance(RULE, values)


def read_rule(settings: Instance) -> PortRule | None:
    """The rule that a port's setting is; None for one that no :class:`PortRule` is like."""
    with suppress(ValueError):
        direction = Direction(number(settings, "Direction"))
        is_incoming = direction is Direction.INCOMING
        at_destination, at_source = (
            ("LocalPort", "RemotePort") if is_incoming else ("RemotePort", "LocalPort")
        )
        rule = PortRule(
            direction,
            Action(number(settings, "Action")),
            _protocol(text(settings, "Protocol")),
            _network(text(settings, "RemoteIPAddress")),
            _network(text(settings, "LocalIPAddress")),
            _ports(text(settings, at_destination)),
            settings.get("Stateful") is True,
        )
        if not _is_any(text(settings, at_source)) or number(settings, "IsolationID"):
            return None
        return rule
    return None


def canonical(rule: PortRule) -> PortRule:
    """The rule as it reads once Hyper-V has it: protocols that have a name are named."""
    return evolve(rule, protocol=_protocol(str(rule.protocol)))


_NUMBERS = {"6": Protocol.TCP, "17": Protocol.UDP}


def _protocol(name: str) -> Protocol | int:
    word = name.upper() or _ANY
    known = _NUMBERS.get(word) or next((each for each in Protocol if each == word), None)
    return known or int(word)


def _network(name: str) -> Network | None:
    return None if _is_any(name) else ip_network(name, strict=False)


def _ports(name: str) -> PortRange | None:
    if _is_any(name):
        return None
    first, _, last = name.partition("-")
    return PortRange(int(first), int(last or first))


def _is_any(name: str) -> bool:
    return name.upper() in ("", _ANY, "*")
