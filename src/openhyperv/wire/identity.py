"""Identify as values (DSP0226 11)."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen
from lxml import etree

from openhyperv.errors import ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.xml import Element, add, child_text, qualified, render_xml

_PREFIXES = {"s": uris.SOAP, "wsmid": uris.IDENTITY}
_NO_VERSION = "OS: 0.0.0 SP: 0.0 Stack: 3.0"


@frozen
class Identity:
    """Who a service says it is; ``product_version`` is like ``OS: 10.0.20348 SP: 0.0 Stack: 3.0``."""

    vendor: str
    product_version: str
    security_profiles: Sequence[str] = ()


def identify_request() -> bytes:
    """An Identify envelope, which has no headers."""
    envelope = etree.Element(qualified(uris.SOAP, "Envelope"), nsmap=_PREFIXES)
    add(envelope, uris.SOAP, "Header")
    add(add(envelope, uris.SOAP, "Body"), uris.IDENTITY, "Identify")
    return render_xml(envelope)


def is_identify(body: Element | None) -> bool:
    """True for the body of an Identify request."""
    return body is not None and body.tag == qualified(uris.IDENTITY, "Identify")


def identify_response(identity: Identity, *, is_stranger: bool = False) -> bytes:
    """The whole envelope of the answer; a stranger is not told the Windows version (MS-WSMV 3.1.4.1.23)."""
    envelope = etree.Element(qualified(uris.SOAP, "Envelope"), nsmap={"s": uris.SOAP})
    add(envelope, uris.SOAP, "Header")
    name = qualified(uris.IDENTITY, "IdentifyResponse")
    response = etree.SubElement(add(envelope, uris.SOAP, "Body"), name, nsmap={"wsmid": uris.IDENTITY})
    add(response, uris.IDENTITY, "ProtocolVersion", uris.WSMAN)
    add(response, uris.IDENTITY, "ProductVendor", identity.vendor)
    version = _NO_VERSION if is_stranger else identity.product_version
    add(response, uris.IDENTITY, "ProductVersion", version)
    if not is_stranger:
        envelope.set(qualified(uris.XML, "lang"), "en-US")  # recorded: only a user's answer has it
        profiles = add(response, uris.IDENTITY, "SecurityProfiles")
        for profile in identity.security_profiles:
            add(profiles, uris.IDENTITY, "SecurityProfileName", profile)
    return render_xml(envelope)


def read_identify_response(response: Element) -> Identity:
    """The identity in an IdentifyResponse.

    :raises ProtocolError: it is something else
    """
    if response.tag != qualified(uris.IDENTITY, "IdentifyResponse"):
        raise ProtocolError(f"The host answered Identify with {response.tag!r:.80}.")
    names = response.iter(qualified(uris.IDENTITY, "SecurityProfileName"))
    return Identity(
        vendor=child_text(response, uris.IDENTITY, "ProductVendor") or "",
        product_version=child_text(response, uris.IDENTITY, "ProductVersion") or "",
        security_profiles=tuple((name.text or "").strip() for name in names),
    )
