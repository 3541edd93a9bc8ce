"""What one end writes, the other reads as the same value."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from openhyperv.cim.schema import Schema
from openhyperv.errors import InvalidInputError, ProtocolError
from openhyperv.wire import (
    enumeration,
    envelope,
    eventing,
    fault,
    fault_writing,
    identity,
    invocation,
    replies,
    uris,
)
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.scalars import read_time, scalar_from_text, scalar_to_text, to_dmtf
from openhyperv.wire.types import INTEGER_BOUNDS, CimType
from openhyperv.wire.wscim_reading import read_instance
from openhyperv.wire.wscim_writing import instance_element
from openhyperv.wire.xml import parse_xml, render_xml

NAMESPACE = "root/virtualization/v2"
SCHEMA = Schema.load()

xml_text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40)
moments = st.datetimes(datetime(1601, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
intervals = st.timedeltas(timedelta(), timedelta(days=99_999_999))


@given(st.one_of(moments, intervals))
def test_times_survive_both_text_forms(value: datetime | timedelta) -> None:
    assert read_time(scalar_to_text(value)) == value
    assert read_time(to_dmtf(value)) == value


@pytest.mark.parametrize("kind", INTEGER_BOUNDS)
def test_integers_are_held_to_their_bounds(kind: CimType) -> None:
    low, high = INTEGER_BOUNDS[kind]
    assert scalar_from_text(str(low), kind) == low
    assert scalar_from_text(str(high), kind) == high
    for text in (str(low - 1), str(high + 1), "", "1e3", "1_0", "0x10"):
        with pytest.raises(InvalidInputError):
            scalar_from_text(text, kind)


@given(st.text(max_size=30), st.sampled_from(list(CimType)[:14]))
def test_any_text_is_a_value_or_refused(text: str, kind: CimType) -> None:
    with suppress(InvalidInputError):
        scalar_from_text(text, kind)


@given(st.dictionaries(st.from_regex(r"[A-Za-z_]\w{0,8}", fullmatch=True), xml_text, min_size=1, max_size=3))
def test_paths_survive_their_text(keys: dict[str, str]) -> None:
    path = ObjectPath("Msvm_Thing", keys)
    assert dict(parse_path(str(path)).keys) == keys
    assert parse_path(str(path.on("HV1"))) == path


@given(xml_text, xml_text, st.lists(st.integers(0, 65535), max_size=4), moments)
def test_instances_survive_the_wire(name: str, note: str, states: list[int], changed: datetime) -> None:
    decl = SCHEMA.find(NAMESPACE, "Msvm_ComputerSystem")
    assert decl is not None
    instance = Instance(
        "Msvm_ComputerSystem",
        {"Name": name, "Status": note, "OperationalStatus": states, "TimeOfLastStateChange": changed},
    )
    again = read_instance(parse_xml(render_xml(instance_element(instance, decl))), SCHEMA)
    assert again["name"] == name
    assert again["Status"] == note
    assert again.get("OperationalStatus") == (states or None)
    assert again["TimeOfLastStateChange"] == changed
    assert again["ElementName"] is None


def test_a_control_character_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(InvalidInputError, match="control character"):
        scalar_to_text("a\0b")


SUBJECT = ObjectPath("Msvm_ComputerSystem", {"CreationClassName": "Msvm_ComputerSystem", "Name": "G"})
FILTERS = [
    None,
    enumeration.WqlFilter("SELECT * FROM Msvm_ComputerSystem WHERE Name < '<&>'"),
    enumeration.SelectorFilter({"Name": "x"}),
    enumeration.AssociationFilter(
        SUBJECT, association_class="A", result_class="B", role="C", result_role="D"
    ),
    enumeration.AssociationFilter(SUBJECT, is_references=True, result_class="B", role="C"),
]


@pytest.mark.parametrize("wanted", FILTERS)
def test_enumerate_survives(wanted: enumeration.Filter | None) -> None:
    request = enumeration.Enumerate(wanted, enumeration.Mode.OBJECT_AND_EPR, max_elements=7)
    body = parse_xml(render_xml(enumeration.enumerate_body(request)))
    assert enumeration.read_enumerate(body) == request


def test_pull_release_and_batches_survive() -> None:
    pull = enumeration.Pull("uuid:1", 5)
    assert enumeration.read_pull(enumeration.pull_body(pull)) == pull
    assert enumeration.read_release(enumeration.release_body("uuid:1")) == "uuid:1"
    items = [etree.Element("a"), etree.Element("b")]
    more = enumeration.read_batch(enumeration.enumerate_response(items, "uuid:2", is_optimized=True))
    assert (len(more.items), more.context) == (2, "uuid:2")
    last = enumeration.read_batch(enumeration.pull_response([etree.Element("c")], None))
    assert (len(last.items), last.context) == (1, None)


def test_request_header_survives() -> None:
    header = envelope.RequestHeader(
        action=uris.ACTION_GET,
        resource_uri=uris.class_uri(NAMESPACE, "Msvm_ComputerSystem"),
        selectors={"Name": "a&b", "Ref": SUBJECT},
        max_envelope_bytes=153600,
        timeout_s=12.5,
        operation_id="uuid:OP",
        options={"wmi:x": "1"},
    )
    request = envelope.read_request(envelope.write_request(header, etree.Element("body")))
    assert request.header == header
    assert request.body is not None
    reply = envelope.read_reply(replies.write_reply(header, "urn:x", etree.Element("answer")))
    assert (reply.action, reply.relates_to, reply.content.tag) == ("urn:x", header.message_id, "answer")


def test_arguments_and_results_survive() -> None:
    decl = SCHEMA.find(NAMESPACE, "Msvm_VirtualSystemManagementService")
    assert decl is not None
    method = decl.method("definesystem")
    assert method is not None
    arguments = {
        "SystemSettings": "<INSTANCE/>",
        "ResourceSettings": ["a", "b"],
        "ReferenceConfiguration": SUBJECT,
    }
    body = parse_xml(render_xml(invocation.input_body(decl, method, arguments)))
    assert invocation.read_input(body, method, SCHEMA) == arguments
    with pytest.raises(InvalidInputError, match="systemSettings"):
        invocation.input_body(decl, method, {"systemSettings": "case matters"})
    answer = invocation.output_body(decl, method, 4096, {"Job": SUBJECT})
    output = invocation.read_output(parse_xml(render_xml(answer)), method, SCHEMA)
    assert (output.return_value, output["Job"], output["ResultingSystem"]) == (4096, SUBJECT, None)


def test_embedded_objects_survive() -> None:
    decl = SCHEMA.find(NAMESPACE, "Msvm_VirtualSystemManagementService")
    assert decl is not None
    method = decl.methods["getsummaryinformation"]
    rows = [Instance("Msvm_SummaryInformation", {"ElementName": n, "EnabledState": 2}) for n in "ab"]
    answer = invocation.output_body(decl, method, 0, {"SummaryInformation": rows})
    output = invocation.read_output(parse_xml(render_xml(answer)), method, SCHEMA)
    assert output["SummaryInformation"] == rows


def test_subscriptions_survive() -> None:
    request = eventing.Subscribe("SELECT * FROM x", expires_s=600, heartbeat_s=5)
    assert eventing.read_subscribe(eventing.subscribe_body(request)) == request
    granted = eventing.Subscribed("uuid:C", "uuid:I", 600)
    response = eventing.subscribe_response(granted, uris.class_uri(NAMESPACE, "*"), "http://h")
    assert eventing.read_subscribe_response(response) == granted


FAULTS = [
    fault.Fault("a:DestinationUnreachable", fault.WsmanCode.RESOURCE_NOT_FOUND, "gone", "InvalidResourceURI"),
    fault.Fault(
        "n:CannotProcessFilter",
        fault.WsmanCode.CANNOT_PROCESS_FILTER,
        "bad query",
        wbem_code=fault.WbemCode.INVALID_QUERY,
        cim_status=15,
        machine="HV1",
    ),
    fault.Fault("w:TimedOut", fault.WsmanCode.OPERATION_TIMED_OUT, "late", is_sender=False),
]


@pytest.mark.parametrize("wanted", FAULTS)
def test_faults_survive(wanted: fault.Fault) -> None:
    body = parse_xml(render_xml(fault_writing.fault_body(wanted)))
    assert fault.is_fault(body)
    assert fault.read_fault(body) == wanted


def test_identity_survives() -> None:
    me = identity.Identity("Microsoft Corporation", "OS: 10.0.26100 SP: 0.0 Stack: 3.0", ("http://x",))
    reply = envelope.read_reply(identity.identify_response(me))
    assert identity.read_identify_response(reply.content) == me
    assert identity.is_identify(envelope.read_request(identity.identify_request()).body)


ENTITY = b'<!DOCTYPE a [<!ENTITY x "boom">]><a>&x;</a>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a b="&b;"/>'
OUTSIDE = b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'


@pytest.mark.parametrize("document", [ENTITY, LAUGHS, OUTSIDE, b"", b"<a>", b"\xff\xfe<"])
def test_hostile_documents_are_refused(document: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_xml(document)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_reply_or_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        envelope.read_reply(data)
