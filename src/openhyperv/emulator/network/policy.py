"""Whether a port lets a frame through, by all of its settings but its VLAN."""

from __future__ import annotations

from attrs import define, field

from openhyperv.emulator.network import guards
from openhyperv.emulator.network.address_rules import AddressRules
from openhyperv.emulator.network.extended_rules import ExtendedRules
from openhyperv.emulator.network.frames import Frame
from openhyperv.emulator.network.packets import read_packet
from openhyperv.emulator.network.settings import Direction, PortSettings, Security
from openhyperv.emulator.network.unreadable import Unreadable


@define(eq=False)
class Policy:
    """The rules of one port with their memory. A packet is read only where something asks for it."""

    extended: ExtendedRules = field(factory=ExtendedRules)
    addresses: AddressRules = field(factory=AddressRules)
    _mac: bytes = b""
    _security: Security = field(factory=Security)

    def replace(self, settings: PortSettings) -> None:
        """Judge by these settings from now on."""
        self._mac, self._security = settings.mac, settings.security
        self.extended.replace(settings.extended_rules)
        self.addresses.replace(settings.address_rules)

    def lets_out(self, frame: Frame, vlan_id: int, size_bytes: int, now_s: float) -> bool:
        """Whether the device may send a frame."""
        if guards.pretends(self._security, self._mac, frame):
            return False
        return self._judge(Direction.OUTGOING, frame, vlan_id, size_bytes, now_s)

    def lets_in(self, frame: Frame, vlan_id: int, size_bytes: int, now_s: float) -> bool:
        """Whether a frame may reach the device."""
        return self._judge(Direction.INCOMING, frame, vlan_id, size_bytes, now_s)

    def _judge(self, direction: Direction, frame: Frame, vlan_id: int, size_bytes: int, now_s: float) -> bool:
        has_addresses = self.addresses.judges(direction)
        is_guarded = direction is Direction.OUTGOING and guards.watches(self._security)
        is_strict = is_guarded or self.extended.judges(direction) or self.addresses.judges_packets(direction)
        if not has_addresses and not is_strict:
            return True
        try:
            packet = read_packet(frame.body)
        except Unreadable:
            if is_strict:
                return False
            packet = None
        if packet is not None and is_guarded and guards.is_guarded_against(self._security, packet):
            return False
        if has_addresses and not self.addresses.allow(direction, frame, packet):
            return False
        if packet is not None and not self.extended.allow(direction, packet, vlan_id, now_s):
            return False
        if has_addresses:
            self.addresses.count(direction, frame, packet, size_bytes)
        return True
