"""Envelopes written by hand, sent over a sealed connection; replies are read by nothing but an XML parser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4
from xml.sax.saxutils import escape, quoteattr

from attrs import frozen
from lxml import etree

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.pool import Pool
from tests.emulated import target_of

V2 = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
EVENTING = "http://schemas.xmlsoap.org/ws/2004/08/eventing"
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
SYSTEM = f"{V2}/Msvm_ComputerSystem"
SERVICE = f"{V2}/Msvm_VirtualSystemManagementService"
VSMS = {"CreationClassName": "Msvm_VirtualSystemManagementService"}
DEADLINE_S = 30

NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "n": ENUMERATION,
    "e": EVENTING,
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "b": "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "error": "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError",
}
NIL = f"{{{NAMESPACES['xsi']}}}nil"
TYPE = f"{{{NAMESPACES['xsi']}}}type"
_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


@frozen
class Answer:
    """A reply as it came."""

    status: int
    root: etree._Element

    def find(self, path: str) -> etree._Element:
        """The one element at an XPath."""
        (found,) = self.all(path)
        return found

    def all(self, path: str) -> list[etree._Element]:
        """What is at an XPath, with the usual prefixes."""
        found = self.root.xpath(path, namespaces=NAMESPACES)
        assert isinstance(found, list)
        return found

    def text(self, path: str) -> str | None:
        """The text of the one element at an XPath."""
        return self.find(path).text

    @property
    def content(self) -> etree._Element:
        """The one element of the body."""
        return self.find("/s:Envelope/s:Body/*")

    @property
    def subcode(self) -> str | None:
        """A fault's subcode, or its code if that is SOAP's own."""
        found = self.all("//s:Subcode/s:Value") or self.all("//s:Code/s:Value")
        return found[0].text

    @property
    def code(self) -> int:
        """A fault's code for Windows."""
        return int(self.all("//f:WSManFault")[0].get("Code", "0"))


def check(answer: Answer, subcode: str, code: int, detail: str = "") -> None:
    """The answer is this fault."""
    assert (answer.status, answer.subcode, answer.code) == (500, subcode, code)
    given = [found.text for found in answer.all("//s:Detail/w:FaultDetail")]
    assert given == ([_DETAIL + detail] if detail else [])


@frozen
class RawClient:
    """Sends what it is given."""

    pool: Pool

    def send(self, envelope: str | bytes) -> Answer:
        """One exchange."""
        return self._exchange(envelope, changes_state=False)

    def send_change(self, envelope: str | bytes) -> Answer:
        """One exchange that is never repeated, even if the connection breaks."""
        return self._exchange(envelope, changes_state=True)

    def _exchange(self, envelope: str | bytes, *, changes_state: bool) -> Answer:
        data = envelope.encode() if isinstance(envelope, str) else envelope
        reply = self.pool.exchange(data, deadline=Deadline.after(DEADLINE_S), changes_state=changes_state)
        return Answer(reply.status, etree.fromstring(reply.body))

    def ask(self, action: str, uri: str, body: str = "", **parts: str | Mapping[str, str]) -> Answer:
        """A request with the usual headers; parts as :func:`envelope` takes them."""
        return self.send(envelope(action, uri, body, **parts))  # type: ignore[arg-type]

    def get(self, class_name: str, **keys: str) -> Answer:
        """Get by keys."""
        return self.ask(f"{TRANSFER}/Get", f"{V2}/{class_name}", selectors=keys)

    def enumerate(self, uri: str, inside: str) -> Answer:
        """Enumerate with the given children."""
        return self.ask(f"{ENUMERATION}/Enumerate", uri, f"<n:Enumerate>{inside}</n:Enumerate>")

    def query(self, text: str, max_elements: int = 50, inside: str = "") -> Answer:
        """An optimized WQL enumeration."""
        count = f"<w:OptimizeEnumeration/><w:MaxElements>{max_elements}</w:MaxElements>{inside}"
        return self.enumerate(f"{V2}/*", f'{count}<w:Filter Dialect="{WQL}">{escape(text)}</w:Filter>')

    def pull(self, context: str | None, inside: str = "", header: str = "") -> Answer:
        """Pull from a context."""
        body = f"<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext>{inside}</n:Pull>"
        return self.ask(f"{ENUMERATION}/Pull", f"{V2}/*", body, header=header)

    def invoke(self, uri: str, method: str, inside: str, keys: Mapping[str, str]) -> Answer:
        """Call a method with the given children of its input."""
        body = f'<c:{method}_INPUT xmlns:c="{uri}">{inside}</c:{method}_INPUT>'
        return self.ask(f"{uri}/{method}", uri, body, selectors=keys)


def envelope(
    action: str,
    uri: str,
    body: str = "",
    *,
    selectors: Mapping[str, str] | None = None,
    header: str = "",
    message_id: str = "",
    reply_to: str = ANONYMOUS,
    max_envelope: str = "512000",
) -> str:
    """A request as Windows clients write it; ``header`` is put in as it is."""
    chosen = "".join(
        f"<w:Selector Name={quoteattr(name)}>{escape(value)}</w:Selector>"
        for name, value in (selectors or {}).items()
    )
    selector_set = f"<w:SelectorSet>{chosen}</w:SelectorSet>" if selectors else ""
    return (
        f"<s:Envelope {_DECLARED}><s:Header><a:To>http://hv1:5985/wsman</a:To>"
        f'<w:ResourceURI s:mustUnderstand="true">{uri}</w:ResourceURI>'
        f'<a:ReplyTo><a:Address s:mustUnderstand="true">{reply_to}</a:Address></a:ReplyTo>'
        f'<a:Action s:mustUnderstand="true">{action}</a:Action>'
        f'<w:MaxEnvelopeSize s:mustUnderstand="true">{max_envelope}</w:MaxEnvelopeSize>'
        f"<a:MessageID>{message_id or f'uuid:{uuid4()}'}</a:MessageID>"
        f'<w:Locale xml:lang="en-US" s:mustUnderstand="false"/>{header}{selector_set}'
        f"</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )


@contextmanager
def raw_client(host: EmulatedHost) -> Iterator[RawClient]:
    """A client of a host."""
    with Pool(target_of(host)) as pool:
        yield RawClient(pool)
