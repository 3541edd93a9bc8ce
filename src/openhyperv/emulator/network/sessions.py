"""The connections that stateful rules have let begin: what belongs to one passes in both directions."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from attrs import define, field

from openhyperv.emulator.network.packets import Packet
from openhyperv.emulator.network.settings import Direction, ExtendedRule

_RST = 0x04
_MOST = 65_536
Key: TypeAlias = tuple[int, int, int, int | None, int | None]
"""Protocol, local and remote address, local and remote port."""


@define
class _Session:
    rule: ExtendedRule
    expires_s: float


@define
class Sessions:
    """The table of one port. Times are seconds of a monotonic clock."""

    _by_key: dict[Key, _Session] = field(factory=dict)

    def begin(self, rule: ExtendedRule, direction: Direction, packet: Packet, now_s: float) -> None:
        """Remember that a rule has let this packet through. Only TCP and UDP have sessions."""
        if not packet.has_ports or packet.tcp_flags & _RST:
            return
        if len(self._by_key) >= _MOST:
            self._forget_expired(now_s)
        self._by_key[_key(direction, packet)] = _Session(rule, now_s + rule.idle_timeout_s)

    def covers(self, direction: Direction, packet: Packet, now_s: float) -> bool:
        """True for a packet of a session, which it keeps alive; a reset ends its session."""
        if not packet.has_ports:
            return False
        key = _key(direction, packet)
        session = self._by_key.get(key)
        if session is None:
            return False
        if session.expires_s < now_s or packet.tcp_flags & _RST:
            del self._by_key[key]
            return session.expires_s >= now_s
        session.expires_s = now_s + session.rule.idle_timeout_s
        return True

    def keep_only(self, rules: Collection[ExtendedRule]) -> None:
        """End the sessions of rules that are gone."""
        # UNVERIFIED: that taking a stateful rule away ends the sessions that it let begin
        kept = set(rules)
        for key in [key for key, session in self._by_key.items() if session.rule not in kept]:
            del self._by_key[key]

    def _forget_expired(self, now_s: float) -> None:
        """Make room: what has expired goes, and the oldest where nothing has."""
        expired = [key for key, session in self._by_key.items() if session.expires_s < now_s]
        for key in expired or [next(iter(self._by_key))]:
            del self._by_key[key]


def _key(direction: Direction, packet: Packet) -> Key:
    if direction is Direction.OUTGOING:
        ends = packet.source, packet.destination, packet.source_port, packet.destination_port
    else:
        ends = packet.destination, packet.source, packet.destination_port, packet.source_port
    return (int(packet.protocol), *ends)
