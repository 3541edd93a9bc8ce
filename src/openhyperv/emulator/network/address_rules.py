"""The older access rules: of those about a packet's addresses, the most particular decides.

Microsoft, "Add-VMNetworkAdapterAcl": the longest match decides among the rules of one direction; a metering
rule counts and does not decide. What no rule fits passes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from openhyperv.emulator.network.frames import Frame
from openhyperv.emulator.network.packets import Packet
from openhyperv.emulator.network.settings import Action, AddressRule, Direction, Family, Prefix

_VERSIONS = {Family.IPV4: 4, Family.IPV6: 6}


class AddressRules:
    """The rules of one port, and what its metering rules have counted."""

    def __init__(self) -> None:
        self.metered_bytes: Counter[str] = Counter()
        self._rules: list[AddressRule] = []

    def replace(self, rules: Iterable[AddressRule]) -> None:
        """Other rules from now on; those that stay go on counting."""
        self._rules = sorted(rules, key=lambda rule: -rule.length)
        names = {rule.name for rule in self._rules}
        for name in self.metered_bytes.keys() - names:
            del self.metered_bytes[name]

    def judges(self, direction: Direction) -> bool:
        """True where there is a rule for that direction."""
        return any(rule.direction is direction for rule in self._rules)

    def judges_packets(self, direction: Direction) -> bool:
        """True where a rule of that direction decides by what is in a packet."""
        return any(
            rule.direction is direction and rule.action is not Action.METER and rule.family is not Family.MAC
            for rule in self._rules
        )

    def allow(self, direction: Direction, frame: Frame, packet: Packet | None) -> bool:
        """Whether a frame passes: rules about MAC addresses and about IP addresses must both agree."""
        fitting = list(self._fitting(direction, frame, packet))
        decisions = (
            next((r for r in fitting if r.action is not Action.METER and r.family in families), None)
            for families in ((Family.MAC,), (Family.IPV4, Family.IPV6))
        )
        return all(rule is None or rule.action is Action.ALLOW for rule in decisions)

    def count(self, direction: Direction, frame: Frame, packet: Packet | None, size_bytes: int) -> None:
        """Count a frame that has passed, under the most particular metering rule that fits it."""
        # UNVERIFIED: that of several metering rules only the most particular one counts
        fitting = self._fitting(direction, frame, packet)
        rule = next((rule for rule in fitting if rule.action is Action.METER), None)
        if rule is not None:
            self.metered_bytes[rule.name] += size_bytes

    def _fitting(self, direction: Direction, frame: Frame, packet: Packet | None) -> Iterator[AddressRule]:
        for rule in self._rules:
            ends = _ends(rule.family, frame, packet)
            if rule.direction is direction and ends is not None:
                source, destination = ends
                is_outgoing = direction is Direction.OUTGOING
                local, remote = (source, destination) if is_outgoing else (destination, source)
                if _begins(rule.local, local) and _begins(rule.remote, remote):
                    yield rule


def _ends(family: Family, frame: Frame, packet: Packet | None) -> tuple[int, int] | None:
    """Source and destination as a family has them, None where the frame has none."""
    if family is Family.MAC:
        return int.from_bytes(frame.source, "big"), int.from_bytes(frame.destination, "big")
    if packet is None or packet.version != _VERSIONS[family]:
        return None
    return packet.source, packet.destination


def _begins(prefix: Prefix | None, address: int) -> bool:
    return prefix is None or address in prefix
