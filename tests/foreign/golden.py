"""Expected XML, written out, against what came: names, prefixes, order, attributes and text.

Where a reply has what nobody can foresee, the expectation has a word in braces: ``{UUID}``, ``{GUID}``,
``{TIME}``, ``{INTERVAL}``, ``{NUMBER}`` or ``{TEXT}``. Prefixes are compared too: clients exist that look
for ``p:`` and ``s:`` instead of namespaces.
"""

from __future__ import annotations

import re

from lxml import etree

from tests.foreign.raw_wsman import NAMESPACES

_HEX = "[0-9A-F]"
_GUID = f"{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}"
_WILDCARDS = {
    "{UUID}": f"uuid:{_GUID}",
    "{GUID}": _GUID,
    "{TIME}": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,5}[1-9])?Z",
    "{INTERVAL}": r"P\d+DT\d+H\d+M\d+(?:\.\d{0,5}[1-9])?S",
    "{NUMBER}": r"\d+",
    "{TEXT}": r"(?s:.+)",
}
_PREFIXES = NAMESPACES | {"x": "http://schemas.xmlsoap.org/ws/2004/09/transfer"}
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _PREFIXES.items())


def expect(actual: etree._Element, expected: str) -> None:
    """Fail at the first place where an element is not the expected one; white space between is not looked at.

    The usual prefixes of WS-Management are known; what else is used declares itself.
    """
    parser = etree.XMLParser(remove_blank_text=True)
    wanted = etree.fromstring(f"<golden {_DECLARED}>{expected}</golden>", parser)
    _compare(actual, wanted[0], "")


def fits(actual: str | None, expected: str | None) -> bool:
    """Whether a text is the expected one."""
    pattern = re.escape(expected or "")
    for word, wildcard in _WILDCARDS.items():
        pattern = pattern.replace(re.escape(word), wildcard)
    return re.fullmatch(pattern, actual or "") is not None


def _compare(actual: etree._Element, wanted: etree._Element, parent: str) -> None:
    place = f"{parent}/{_name(actual)}"
    assert _name(actual) == _name(wanted), f"{place}: {_name(wanted)} was expected"
    assert actual.tag == wanted.tag, f"{place}: another namespace"
    assert sorted(actual.attrib) == sorted(wanted.attrib), f"{place}: attributes {dict(actual.attrib)}"
    for name, value in wanted.attrib.items():
        assert fits(actual.get(name), str(value)), f"{place}: {name}={actual.get(name)!r}"
    children = [_name(child) for child in actual]
    assert children == [_name(child) for child in wanted], f"{place}: has {children}"
    if not children:
        assert fits(actual.text, wanted.text), f"{place}: {actual.text!r}, not {wanted.text!r}"
    for child, wanted_child in zip(actual, wanted, strict=True):
        _compare(child, wanted_child, place)


def _name(element: etree._Element) -> str:
    name = etree.QName(element).localname
    return f"{element.prefix}:{name}" if element.prefix else name
