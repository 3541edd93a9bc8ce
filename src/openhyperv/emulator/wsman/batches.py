"""Filling a reply with as many items as fit: MaxElements, the envelope's size, and nothing lost between."""

from __future__ import annotations

from attrs import define, field

from openhyperv.emulator.wsman.contexts import Enumeration
from openhyperv.emulator.wsman.refusals import reply_too_large
from openhyperv.wire.xml import Element, render_xml

_ENVELOPE_OVERHEAD_BYTES = 2048
"""What header and wrapping of a reply take at most."""


@define
class Room:
    """What a reply may still hold."""

    elements: int
    envelope_bytes: int
    bytes: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.bytes = self.envelope_bytes - _ENVELOPE_OVERHEAD_BYTES


def fill(enumeration: Enumeration, room: Room) -> tuple[list[Element], bool]:
    """The next items and whether that was the end; the first item that does not fit is held for later.

    :raises Refusal: an item is too large even for a reply of its own; it is dropped, and said so
    """
    taken: list[Element] = []
    while len(taken) < room.elements:
        item = _next(enumeration)
        if item is None:
            return taken, True
        size_bytes = len(render_xml(item))
        if size_bytes > room.bytes:
            if not taken:
                raise reply_too_large(size_bytes, room.envelope_bytes)
            enumeration.held = item
            return taken, False
        room.bytes -= size_bytes
        taken.append(item)
    return taken, _is_exhausted(enumeration)


def _next(enumeration: Enumeration) -> Element | None:
    item, enumeration.held = enumeration.held, None
    return next(enumeration.items, None) if item is None else item


def _is_exhausted(enumeration: Enumeration) -> bool:
    """Look one item ahead, so that the last batch can say that it is the last."""
    enumeration.held = _next(enumeration)
    return enumeration.held is None
