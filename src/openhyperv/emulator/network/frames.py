"""Ethernet frames as switches look at them: addresses, one VLAN tag, and the rest."""

from __future__ import annotations

from attrs import frozen

_ADDRESS_BYTES = 6
_HEADER_BYTES = 14
_TAG_BYTES = 4
_TAG = b"\x81\x00"
"""The Tag Protocol Identifier of a customer VLAN (IEEE 802.1Q)."""
_VLAN_BITS = 0x0FFF


@frozen(eq=False)
class Frame:
    """A frame without its outermost tag; ``body`` begins with the EtherType.

    ``vlan_id`` is what the tag said, None where there was none; ``priority`` is its upper four bits.
    """

    destination: bytes
    source: bytes
    vlan_id: int | None
    priority: int
    body: bytes

    @property
    def is_for_many(self) -> bool:
        """True for broadcast and multicast."""
        return bool(self.destination[0] & 1)

    def to_bytes(self, vlan_id: int, *, with_priority: bool = False) -> bytes:
        """The frame as it goes out, tagged unless ``vlan_id`` is 0 and there is no priority to keep."""
        addresses = self.destination + self.source
        priority = self.priority if with_priority else 0
        if not vlan_id and not priority:
            return addresses + self.body
        return addresses + _TAG + (priority << 12 | vlan_id).to_bytes(2, "big") + self.body


def read_frame(data: bytes) -> Frame | None:
    """A frame from the wire, None for what is too short to be one."""
    if len(data) < _HEADER_BYTES:
        return None
    destination, source = data[:_ADDRESS_BYTES], data[_ADDRESS_BYTES : 2 * _ADDRESS_BYTES]
    if data[12:14] != _TAG:
        return Frame(destination, source, None, 0, data[12:])
    if len(data) < _HEADER_BYTES + _TAG_BYTES:
        return None
    control = int.from_bytes(data[14:16], "big")
    return Frame(destination, source, control & _VLAN_BITS, control >> 12, data[16:])
