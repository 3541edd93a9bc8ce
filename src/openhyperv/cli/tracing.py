"""The wire as text for ``--trace``: indented XML, with secrets taken out."""

from __future__ import annotations

from collections.abc import Callable

import click
from lxml import etree

from openhyperv.errors import ProtocolError
from openhyperv.transport.traffic import TraceEvent
from openhyperv.wire.xml import Element, local_name, parse_xml

_SECRET_WORDS = ("password", "secret", "passphrase", "privatekey", "asciitext", "provisioningfile")
"""In names of elements and properties; ``asciiText`` is what is typed on a keyboard, at a login too, and a
``ProvisioningFile`` holds what a tenant's machine is made from."""
_REDACTED = "(redacted)"


def tracer(password: str | None) -> Callable[[TraceEvent], None]:
    """Prints every envelope to stderr, without what is named like a secret, and without the password."""

    def show(event: TraceEvent) -> None:
        status = "" if event.status is None else f" {event.status}"
        text = trace_text(event.body, password)
        click.echo(f"--- {event.kind.value}{status}, {len(event.body)} bytes\n{text}", err=True)

    return show


def trace_text(envelope: bytes, password: str | None) -> str:
    """One envelope as it may be shown."""
    try:
        root = parse_xml(envelope)
    except ProtocolError:
        return f"({len(envelope)} bytes that are no XML)"
    _redact(root)
    etree.indent(root)
    text = etree.tostring(root, encoding="unicode")
    return text.replace(password, _REDACTED) if password else text


def _redact(root: Element) -> None:
    for element in root.iter(etree.Element):
        if _is_secret(local_name(element)) or _is_secret(element.get("NAME", "")):
            _empty(element)
        elif (element.text or "").lstrip().startswith("<INSTANCE"):
            element.text = _redacted_instance(element.text or "")


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET_WORDS)


def _empty(element: Element) -> None:
    del element[:]
    element.text = _REDACTED


def _redacted_instance(text: str) -> str:
    """An embedded instance, which travels as text within the text."""
    try:
        root = parse_xml(text.encode())
    except ProtocolError:
        return f"({len(text)} characters that are no XML)"
    _redact(root)
    return etree.tostring(root, encoding="unicode")
