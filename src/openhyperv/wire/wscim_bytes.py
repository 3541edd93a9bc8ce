"""Arrays of uint8 in WS-CIM: an element for each byte (DSP0230 7.2), and a picture has half a million.

They are written by the block and read at once by XPath, which takes a quarter of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any

from lxml import etree

from openhyperv.errors import InvalidInputError
from openhyperv.wire.types import Value
from openhyperv.wire.xml import Element

_MANY = 1000
_BLOCK = 256
_TEXTS = tuple(str(value) for value in range(256))
_BYTES = {text: value for value, text in enumerate(_TEXTS)}


def write_bytes(parent: Element, tag: str, entries: Sequence[object]) -> None:
    """Append an element for each byte: copies of a block of empty ones, with the texts put in.

    :raises InvalidInputError: an entry is no byte
    """
    try:
        values = bytes(entries)  # type: ignore[arg-type]  # that is what is found out
    except (TypeError, ValueError) as error:
        raise InvalidInputError("An array of uint8 has an entry that is no byte.", target=tag) from error
    block = etree.Element("block", nsmap=parent.nsmap)  # type: ignore[arg-type]  # None is a prefix, too
    for _ in range(min(_BLOCK, len(values))):
        etree.SubElement(block, tag)
    for start in range(0, len(values), _BLOCK):
        made = list(deepcopy(block))[: len(values) - start]
        for element, value in zip(made, values[start : start + _BLOCK], strict=True):
            element.text = _TEXTS[value]
        parent.extend(made)


class ByteArrays:
    """The uint8 arrays among the children of an element, all in one namespace."""

    def __init__(self, namespace: str, names: Sequence[str]) -> None:
        prefixes = {"n": namespace}
        others = " or ".join(f"self::n:{name}" for name in names)
        self._others: Any = etree.XPath(f"*[not({others})]", namespaces=prefixes)
        self._texts: dict[str, Any] = {
            name: etree.XPath(f"n:{name}/text()", namespaces=prefixes, smart_strings=False) for name in names
        }

    def take(self, element: Element) -> tuple[dict[str, Value], Iterable[Element]]:
        """The arrays by name, and the children that are still to be read.

        All children are left to be read where there are few, or where an entry is not simply the number:
        nil, white space, a leading zero, or no byte at all.
        """
        if len(element) < _MANY:
            return {}, element
        texts = {name: found for name, read in self._texts.items() if (found := read(element))}
        others: Sequence[Element] = self._others(element)
        if sum(map(len, texts.values())) + len(others) != len(element):
            return {}, element
        try:
            return {name: [_BYTES[text] for text in found] for name, found in texts.items()}, others
        except KeyError:
            return {}, element
