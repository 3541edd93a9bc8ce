"""XML that is safe to read from a stranger: no entities, no DTD, no network, bounded depth and size."""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

from openhyperv.errors import InvalidInputError, ProtocolError

Element: TypeAlias = etree._Element  # noqa: SLF001  # lxml names its element type only so
"""An element of a parsed or growing document."""


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def parse_xml(data: bytes) -> Element:
    """The root element of a document.

    :raises ProtocolError: not well-formed, or with a document type, which SOAP forbids ([SOAP12] 5)
        and attacks need
    """
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise ProtocolError(f"The message is not well-formed XML: {error.msg}.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ProtocolError("The message carries a document type, which SOAP does not allow.")
    return root


def render_xml(root: Element) -> bytes:
    """The document as UTF-8 without declaration, as Windows writes it."""
    return etree.tostring(root, encoding="utf-8")


def qualified(namespace: str | None, name: str) -> str:
    """An element name as lxml writes it; None stands for no namespace."""
    return name if namespace is None else f"{{{namespace}}}{name}"


def local_name(element: Element) -> str:
    """An element's name without its namespace; ``""`` for what is no element, such as an instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(parent: Element, namespace: str, name: str) -> Element | None:
    """The first child of that name."""
    return parent.find(f"{{{namespace}}}{name}")


def child_text(parent: Element, namespace: str, name: str) -> str | None:
    """The text of the first child of that name, stripped; None where there is no such child."""
    found = child(parent, namespace, name)
    return None if found is None else (found.text or "").strip()


def add(parent: Element, namespace: str, name: str, text: str | None = None, **attributes: str) -> Element:
    """Append a child. Attribute names are taken as they are; namespaced ones are set by the caller."""
    element = etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
    if text is not None:
        write_text(element, text)
    return element


def write_text(element: Element, text: str) -> None:
    """Set an element's text.

    :raises InvalidInputError: it has control characters or half characters, which XML 1.0 excludes (2.2)
    """
    try:
        element.text = text
    except ValueError as error:
        raise InvalidInputError(
            "The text has characters that XML cannot carry.", target=ascii(text)[:80]
        ) from error
