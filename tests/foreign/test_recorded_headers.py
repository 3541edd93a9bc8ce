"""Headers and envelopes that Windows refuses, other encodings, and strangers."""

from __future__ import annotations

from http.client import HTTPConnection

import pytest
from lxml import etree

from openhyperv.emulator.emulated_host import EmulatedHost
from tests.foreign.raw_wsman import (
    ANONYMOUS,
    DEADLINE_S,
    NAMESPACES,
    SERVICE,
    SYSTEM,
    TRANSFER,
    V2,
    VSMS,
    RawClient,
    check,
    envelope,
)

GET = f"{TRANSFER}/Get"

HEADERS = [
    ("<a:FaultTo><a:Address>http://elsewhere/</a:Address></a:FaultTo>", "w:UnsupportedFeature", 2150858818),
    ("<p:SequenceId>2</p:SequenceId>", "a:InvalidMessageInformationHeader", 2150858767),
    ('<p:DataLocale xml:lang="de" s:mustUnderstand="true"/>', "w:UnsupportedFeature", 2150858818),
]


@pytest.mark.parametrize(("header", "subcode", "code"), HEADERS)
def test_headers(raw: RawClient, header: str, subcode: str, code: int) -> None:
    answer = raw.ask(GET, SYSTEM, selectors={"Name": "HV1"}, header=header)
    assert (answer.subcode, answer.code) == (subcode, code)


def test_the_header_that_was_not_understood_is_named(raw: RawClient) -> None:
    header = '<t:New xmlns:t="urn:t" s:mustUnderstand="1"/><t:Other xmlns:t="urn:t"/>'
    found = raw.ask(GET, SYSTEM, header=header).find("//s:Header/s:NotUnderstood")
    prefix, _, name = (found.get("qname") or "").partition(":")
    assert (found.nsmap[prefix], name) == ("urn:t", "New")


def test_addressing(raw: RawClient) -> None:
    whole = envelope(GET, SYSTEM, selectors={"Name": "HV1"})
    away = envelope(GET, SYSTEM, selectors={"Name": "HV1"}, reply_to="http://elsewhere/")
    check(raw.send(away), "w:UnsupportedFeature", 2150858818, "AddressingMode")
    no_action = whole.replace("a:Action", "a:From")
    check(raw.send(no_action), "a:MessageInformationHeaderRequired", 2150858769)
    no_address = whole.replace("<a:To>http://hv1:5985/wsman</a:To>", "")
    check(raw.send(no_address), "a:MessageInformationHeaderRequired", 2150858769)
    check(raw.send(whole.replace(GET, "urn:Do")), "a:ActionNotSupported", 2150858771)
    long = envelope(GET, SYSTEM, message_id="uuid:" + "x" * 3000)
    check(raw.send(long), "a:InvalidMessageInformationHeader", 2150858767)


def vm_settings(vm: str) -> str:
    """A reference to a VM's settings."""
    selector = f'<w:Selector Name="InstanceID">Microsoft:{vm}</w:Selector>'
    uri = f"<w:ResourceURI>{V2}/Msvm_VirtualSystemSettingData</w:ResourceURI>"
    parameters = f"{uri}<w:SelectorSet>{selector}</w:SelectorSet>"
    return f"<a:Address>{ANONYMOUS}</a:Address><a:ReferenceParameters>{parameters}</a:ReferenceParameters>"


def test_envelopes_too_small_and_replies_too_large(raw: RawClient, vm: str) -> None:
    tiny = envelope(GET, SYSTEM, selectors={"Name": "HV1"}, max_envelope="8191")
    assert raw.send(tiny).subcode == "w:EncodingLimit"
    asked = "".join(f"<c:RequestedInformation>{code}</c:RequestedInformation>" for code in (*range(12), 100))
    asked += f"<c:SettingData>{vm_settings(vm)}</c:SettingData>" * 6
    body = f'<c:GetSummaryInformation_INPUT xmlns:c="{SERVICE}">{asked}</c:GetSummaryInformation_INPUT>'
    action = f"{SERVICE}/GetSummaryInformation"
    small = raw.ask(action, SERVICE, body, selectors=VSMS, max_envelope="8192")
    check(small, "w:EncodingLimit", 2150858824, "MaxEnvelopeSize")


@pytest.mark.parametrize("body", [b"<", b"<x/>", b"not XML", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_what_is_no_envelope(raw: RawClient, body: bytes) -> None:
    answer = raw.send(body)
    assert (answer.status, answer.code) == (400, 2150858819)
    assert answer.all("//a:RelatesTo") == []


def test_soap_of_another_version(raw: RawClient) -> None:
    old = envelope(GET, SYSTEM).replace(NAMESPACES["s"], "http://schemas.xmlsoap.org/soap/envelope/")
    assert raw.send(old).subcode == "s:VersionMismatch"


def test_a_request_in_utf_16(raw: RawClient) -> None:
    whole = f"<?xml version='1.0' encoding='UTF-16'?>{envelope(GET, SYSTEM, selectors={'Name': 'HV1'})}"
    assert raw.send(whole.encode("utf-16")).status == 200


def test_identify_by_a_stranger(stage: EmulatedHost) -> None:
    question = '<i:Identify xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/>'
    identify = f'<s:Envelope xmlns:s="{NAMESPACES["s"]}"><s:Header/><s:Body>{question}</s:Body></s:Envelope>'
    connection = HTTPConnection("127.0.0.1", stage.listener.port, timeout=DEADLINE_S)
    headers = {"Content-Type": "application/soap+xml;charset=UTF-8", "WSMANIDENTIFY": "unauthenticated"}
    connection.request("POST", "/wsman", identify, headers)
    reply = etree.fromstring(connection.getresponse().read())
    found = {e.tag.partition("}")[2]: e.text for e in reply.iter("{*}*") if e.text}
    assert found["ProductVendor"] == "Microsoft Corporation"
    assert found["ProductVersion"] == "OS: 0.0.0 SP: 0.0 Stack: 3.0"
    connection.request("POST", "/wsman", envelope(GET, SYSTEM), headers)
    assert b"AccessDenied" in connection.getresponse().read()
    connection.close()
