"""The extension headers of IPv6, walked to the upper layer (RFC 8200, RFC 6564)."""

from __future__ import annotations

from attrs import frozen

from openhyperv.emulator.network.unreadable import Unreadable

_OPTIONS = frozenset({0, 43, 60, 135, 139, 140})
"""Hop-by-hop, routing, destination, mobility, HIP, Shim6: their second byte counts further 8 bytes."""
_AUTHENTICATION = 51
"""Its second byte counts 4 bytes, less two of them (RFC 4302)."""
_FRAGMENT = 44
_MOST_HEADERS = 8


@frozen(eq=False)
class UpperLayer:
    """What follows the last extension header; ``fragment_offset`` counts 8 bytes, 0 for whole packets."""

    protocol: int
    payload: bytes
    fragment_offset: int = 0


def upper_layer(kind: int, data: bytes) -> UpperLayer:
    """Walk from the first header, of that kind, to the upper layer.

    :raises Unreadable: the headers are cut off or too many, or a later fragment hides some
    """
    at = 0
    for _ in range(_MOST_HEADERS):
        if kind == _FRAGMENT:
            offset = (_byte(data, at + 2) << 8 | _byte(data, at + 3)) >> 3
            kind, at = _byte(data, at), at + 8
            if offset:
                return _later_fragment(kind, data[at:], offset)
        elif kind in _OPTIONS:
            kind, at = _byte(data, at), at + 8 * (_byte(data, at + 1) + 1)
        elif kind == _AUTHENTICATION:
            kind, at = _byte(data, at), at + 4 * (_byte(data, at + 1) + 2)
        elif at > len(data):
            raise Unreadable("a header that is cut off")
        else:
            return UpperLayer(kind, data[at:])
    raise Unreadable("too many headers")


def _later_fragment(kind: int, payload: bytes, offset: int) -> UpperLayer:
    if kind in _OPTIONS or kind in (_AUTHENTICATION, _FRAGMENT):
        raise Unreadable("a fragment whose protocol is in another one")
    return UpperLayer(kind, payload, offset)


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise Unreadable("a header that is cut off")
    return data[at]
