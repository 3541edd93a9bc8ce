"""Rules of one port in both ways: as the old agent gives them to os-win, and as ours."""

from __future__ import annotations

from typing import Any

from openhyperv.machine.port import AccessVlan, Direction, PortRange, PortRule, PortSpec, Protocol

VLAN_ID = 7
ANY_V4, ANY_V6 = "0.0.0.0/0", "::/0"
_IN, _OUT, _ALLOW, _DENY = 1, 2, 1, 2
_COMPARED = ("Direction", "Action", "Protocol", "LocalPort", "RemoteIPAddress", "Stateful")


class SecurityRule:
    """What os-win takes as a rule: compared with the host's by its values, written out by name."""

    def __init__(self, **values: Any) -> None:
        self.Weight = 0
        self._values = values
        self.__dict__ |= values

    def to_dict(self) -> dict[str, Any]:
        """The properties of the setting that os-win makes of it."""
        return {**self._values, "Weight": self.Weight}

    def __eq__(self, other: object) -> bool:
        return all(self._values[name] == getattr(other, name, None) for name in _COMPARED)

    __hash__ = None  # type: ignore[assignment]  # compared with settings of the host, never looked up


def _rule(direction: int, action: int, protocol: str, remote: str, port: str = "ANY") -> SecurityRule:
    return SecurityRule(
        Direction=direction,
        Action=action,
        Protocol=protocol,
        LocalPort=port,
        RemoteIPAddress=remote,
        Stateful=action == _ALLOW and protocol in ("tcp", "udp"),
    )


def default_deny() -> list[SecurityRule]:
    """Sixteen: both directions, four protocols, both families."""
    return [
        _rule(direction, _DENY, protocol, remote)
        for direction in (_IN, _OUT)
        for protocol in ("tcp", "udp", "1", "58")
        for remote in (ANY_V4, ANY_V6)
    ]


def provider_rules() -> list[SecurityRule]:
    """Asking for an address, and hearing of one."""
    return [_rule(_OUT, _ALLOW, "udp", ANY_V4, "67"), _rule(_IN, _ALLOW, "udp", ANY_V4, "68")]


def security_groups() -> list[SecurityRule]:
    """Ten ports that are open."""
    return [_rule(_IN, _ALLOW, "tcp", ANY_V4, str(8000 + number)) for number in range(10)]


def our_port(switch_guid: str) -> PortSpec:
    """The same port in our words; what is denied by default needs none."""
    open_ports = (PortRange(8000 + number, 8000 + number) for number in range(10))
    return PortSpec(
        switch=switch_guid,
        vlan=AccessVlan(VLAN_ID),
        rules=(
            PortRule(Direction.OUTGOING, protocol=Protocol.UDP, ports=PortRange(67, 67), stateful=True),
            PortRule(Direction.INCOMING, protocol=Protocol.UDP, ports=PortRange(68, 68), stateful=True),
            *(
                PortRule(Direction.INCOMING, protocol=Protocol.TCP, ports=ports, stateful=True)
                for ports in open_ports
            ),
        ),
    )
