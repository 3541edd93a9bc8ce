"""Envelopes of replies against recordings of real hosts.

The recordings are those of pypsrp's own tests (github.com/jborean93/pypsrp, tests/tests_pypsrp/responses:
Windows Server 2008 R2 to 2019), of a Windows Server 2012 in github.com/fjames86/climbe, and what
wsman-cim.md 3 marks as recorded.
"""

from __future__ import annotations

import pytest

from tests.foreign.golden import expect
from tests.foreign.raw_wsman import (
    ANONYMOUS,
    ENUMERATION,
    EVENTING,
    SYSTEM,
    TRANSFER,
    V2,
    WQL,
    Answer,
    RawClient,
    envelope,
)

MESSAGE = "uuid:0A1B2C3D-0000-4000-8000-000000000001"
OPERATION = "uuid:0A1B2C3D-0000-4000-8000-0000000000BB"
HOST = {"Name": "HV1"}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
IMAGES = f"{V2}/Msvm_ImageManagementService"


def test_the_header_of_a_reply(raw: RawClient) -> None:
    """Recorded: the order, and an ActivityId without attributes and without ``uuid:``."""
    answer = raw.ask(f"{TRANSFER}/Get", SYSTEM, selectors=HOST, message_id=MESSAGE)
    assert answer.root.get(XML_LANG) == "en-US"
    expect(
        answer.find("/s:Envelope/s:Header"),
        f"""<s:Header>
              <a:Action>{TRANSFER}/GetResponse</a:Action>
              <a:MessageID>{{UUID}}</a:MessageID>
              <p:ActivityId>{{GUID}}</p:ActivityId>
              <a:To>{ANONYMOUS}</a:To>
              <a:RelatesTo>{MESSAGE}</a:RelatesTo>
            </s:Header>""",
    )


def test_the_header_of_a_reply_to_an_operation_with_an_id(raw: RawClient) -> None:
    """[MS-WSMV] 4.1.13: the operation's id stands behind the message's."""
    operation = f'<p:OperationID s:mustUnderstand="false">{OPERATION}</p:OperationID>'
    answer = raw.ask(f"{TRANSFER}/Get", SYSTEM, selectors=HOST, message_id=MESSAGE, header=operation)
    expect(
        answer.find("/s:Envelope/s:Header"),
        f"""<s:Header>
              <a:Action>{TRANSFER}/GetResponse</a:Action>
              <a:MessageID>{{UUID}}</a:MessageID>
              <p:OperationID s:mustUnderstand="false">{OPERATION}</p:OperationID>
              <p:SequenceId>1</p:SequenceId>
              <p:ActivityId>{{GUID}}</p:ActivityId>
              <a:To>{ANONYMOUS}</a:To>
              <a:RelatesTo>{MESSAGE}</a:RelatesTo>
            </s:Header>""",
    )


def subscribe(raw: RawClient) -> Answer:
    delivery = '<e:Delivery Mode="http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull"/>'
    query = "SELECT * FROM __InstanceCreationEvent WITHIN 1 WHERE TargetInstance ISA 'Msvm_ComputerSystem'"
    body = f'<e:Subscribe>{delivery}<w:Filter Dialect="{WQL}">{query}</w:Filter></e:Subscribe>'
    return raw.ask(f"{EVENTING}/Subscribe", f"{V2}/*", body)


def release(raw: RawClient) -> Answer:
    context = raw.enumerate(SYSTEM, "").text("//n:EnumerationContext")
    body = f"<n:Release><n:EnumerationContext>{context}</n:EnumerationContext></n:Release>"
    return raw.ask(f"{ENUMERATION}/Release", f"{V2}/*", body)


def test_the_prefixes_that_envelopes_declare(raw: RawClient) -> None:
    """Recorded for Get, Enumerate, Pull, Delete, methods and faults; the others follow from these."""
    get = raw.ask(f"{TRANSFER}/Get", SYSTEM, selectors=HOST)
    enumerated = raw.enumerate(SYSTEM, "")
    pulled = raw.pull(enumerated.text("//n:EnumerationContext"))
    path = "<c:Path>C:\\none.vhdx</c:Path>"
    keys = {"CreationClassName": "Msvm_ImageManagementService"}
    invoked = raw.invoke(IMAGES, "GetVirtualHardDiskState", path, keys)
    fault = raw.get("Msvm_Nothing")
    replies = [get, enumerated, pulled, release(raw), invoked, subscribe(raw), fault]
    assert ["".join(str(prefix) for prefix in reply.root.nsmap) for reply in replies] == [
        "saxwp",
        "sanwp",
        "sanwp",
        "sawp",
        "sawp",
        "saenwp",
        "saxenwp",
    ]


def test_a_body_without_content(raw: RawClient) -> None:
    """Recorded for Delete: there is a Body, and nothing in it."""
    expect(release(raw).find("/s:Envelope/s:Body"), "<s:Body/>")


@pytest.mark.parametrize("fault", [False, True])
def test_to_is_not_looked_at(raw: RawClient, *, fault: bool) -> None:
    """wsman-cim.md 9.8: a request says where it wants to go, and Windows does not compare."""
    keys = {"Name": "none"} if fault else HOST
    whole = envelope(f"{TRANSFER}/Get", SYSTEM, selectors=keys)
    answer = raw.send(whole.replace("http://hv1:5985/wsman", "urn:somewhere:else"))
    assert answer.status == (500 if fault else 200)


def test_an_unknown_mandatory_header(raw: RawClient) -> None:
    """Recorded with ``wsman:ResourceUri``, misspelt: the request's own prefix comes back, and no Detail."""
    dmtf = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
    misspelt = f'<wsman:ResourceUri xmlns:wsman="{dmtf}" s:mustUnderstand="true">x</wsman:ResourceUri>'
    answer = raw.ask(f"{TRANSFER}/Get", SYSTEM, header=misspelt, message_id=MESSAGE)
    assert answer.status == 500
    expect(
        answer.find("/s:Envelope/s:Header"),
        f"""<s:Header>
              <a:Action>http://schemas.xmlsoap.org/ws/2004/08/addressing/fault</a:Action>
              <a:MessageID>{{UUID}}</a:MessageID>
              <p:ActivityId>{{GUID}}</p:ActivityId>
              <a:To>{ANONYMOUS}</a:To>
              <a:RelatesTo>{MESSAGE}</a:RelatesTo>
              <s:NotUnderstood qname="wsman:ResourceUri"/>
            </s:Header>""",
    )
    assert answer.find("//s:NotUnderstood").nsmap["wsman"] == dmtf
    expect(
        answer.find("//s:Fault"),
        """<s:Fault>
             <s:Code><s:Value>s:MustUnderstand</s:Value></s:Code>
             <s:Reason><s:Text xml:lang="">{TEXT}</s:Text></s:Reason>
           </s:Fault>""",
    )


@pytest.mark.parametrize("timeout", ["PT-1S", "-PT1S", "soon"])
def test_a_timeout_that_is_none(raw: RawClient, timeout: str) -> None:
    """Recorded with ``PT-1S`` by pypsrp: an invalid header, not a malformed envelope."""
    header = f"<w:OperationTimeout>{timeout}</w:OperationTimeout>"
    answer = raw.ask(f"{TRANSFER}/Get", SYSTEM, selectors=HOST, header=header)
    assert answer.text("//s:Header/a:Action") == "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault"
    expect(
        answer.find("//s:Fault"),
        """<s:Fault>
             <s:Code><s:Value>s:Sender</s:Value>
               <s:Subcode><s:Value>a:InvalidMessageInformationHeader</s:Value></s:Subcode></s:Code>
             <s:Reason><s:Text xml:lang="en-US">{TEXT}</s:Text></s:Reason>
             <s:Detail><f:WSManFault Code="2150858767" Machine="hv1"><f:Message>{TEXT}</f:Message>
             </f:WSManFault></s:Detail>
           </s:Fault>""",
    )


def test_the_case_of_letters(raw: RawClient) -> None:
    """Recorded: the action comes back as it was asked, elements have the class' own case."""
    lower = SYSTEM.lower()
    body = f'<c:RequestStateChange_INPUT xmlns:c="{lower}"><c:RequestedState>7</c:RequestedState>'
    answer = raw.ask(
        f"{lower}/RequestStateChange",
        lower,
        f"{body}</c:RequestStateChange_INPUT>",
        selectors={"name": "hv1"},
    )
    assert answer.text("//s:Header/a:Action") == f"{lower}/RequestStateChangeResponse"
    assert answer.content.tag == f"{{{SYSTEM}}}RequestStateChange_OUTPUT"
