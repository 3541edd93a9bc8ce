"""Instances and method results on the wire: order, arrays, what is missing, and pictures byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.cim.schema import Schema
from openhyperv.errors import InvalidInputError, ProtocolError
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import output_body, read_output
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassDecl, MethodDecl, Value
from openhyperv.wire.wscim_reading import read_instance
from openhyperv.wire.wscim_writing import instance_element
from openhyperv.wire.xml import Element, local_name, parse_xml, render_xml

NAMESPACE = "root/virtualization/v2"
SERVICE = "Msvm_VirtualSystemManagementService"
SCHEMA = Schema.load()
ENOUGH = 1500
"""More entries than are read one by one."""


def declared(class_name: str) -> ClassDecl:
    decl = SCHEMA.find(NAMESPACE, class_name)
    assert decl is not None
    return decl


def thumbnail() -> MethodDecl:
    method = declared(SERVICE).method("GetVirtualSystemThumbnailImage")
    assert method is not None
    return method


def over_the_wire(element: Element) -> Element:
    return parse_xml(render_xml(element))


def test_properties_are_in_alphabetical_order_with_arrays_among_them() -> None:
    values: dict[str, Value] = {
        "Name": "x",
        "OperationalStatus": [2, 5, 7],
        "StatusDescriptions": ["a", "c"],
        "Roles": [],
    }
    element = over_the_wire(
        instance_element(Instance("Msvm_ComputerSystem", values), declared("Msvm_ComputerSystem"))
    )
    names = [local_name(child) for child in element]
    assert names == sorted(names, key=str.lower)
    assert names.count("OperationalStatus") == 3
    assert "Roles" not in names
    again = read_instance(element, SCHEMA)
    assert again["OperationalStatus"] == [2, 5, 7]
    assert again["StatusDescriptions"] == ["a", "c"]


def test_one_instance_leaves_nothing_in_the_next() -> None:
    decl = declared("Msvm_ComputerSystem")
    instance_element(Instance("Msvm_ComputerSystem", {"Name": "x", "OperationalStatus": [2]}), decl)
    again = read_instance(over_the_wire(instance_element(Instance("Msvm_ComputerSystem"), decl)), SCHEMA)
    assert not [name for name, value in again.items() if value is not None]


def test_references_and_names_in_other_case_are_read() -> None:
    system = ObjectPath("Msvm_ComputerSystem", {"Name": "x"})
    decl = declared("Msvm_SystemDevice")
    text = render_xml(instance_element(Instance(decl.name, {"GroupComponent": system}), decl))
    again = read_instance(parse_xml(text.replace(b"p:GroupComponent", b"p:groupcomponent")), SCHEMA)
    assert again["GroupComponent"] == system


@pytest.mark.parametrize("entry", [256, -1, None, "x"])
def test_what_is_no_byte_is_not_written(entry: int | str | None) -> None:
    with pytest.raises(InvalidInputError):
        output_body(declared(SERVICE), thumbnail(), 0, {"ImageData": [1, entry]})


@given(st.binary(max_size=20) | st.binary(min_size=ENOUGH, max_size=ENOUGH + 10))
def test_a_picture_survives_the_wire(pixels: bytes) -> None:
    element = output_body(declared(SERVICE), thumbnail(), 0, {"ImageData": list(pixels)})
    output = read_output(over_the_wire(element), thumbnail(), SCHEMA)
    assert output.return_value == 0
    assert output["ImageData"] == (list(pixels) or None)


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        (b"<p:ImageData> 7 </p:ImageData>", 7),
        (b"<p:ImageData>007</p:ImageData>", 7),
        (b"<p:ImageData><!-- no -->7</p:ImageData>", 7),
        (b"<p:ImageData>0<?x?>7</p:ImageData>", 7),
        (b"<p:imagedata>7</p:imagedata>", 7),
    ],
)
def test_any_way_to_write_a_byte_is_read(entry: bytes, value: int) -> None:
    output = read_output(picture_with(entry), thumbnail(), SCHEMA)
    entries = output["ImageData"]
    assert isinstance(entries, list)
    assert sorted(entries) == [*[1] * ENOUGH, value]


def test_a_nil_entry_is_left_out() -> None:
    output = read_output(picture_with(b'<p:ImageData xsi:nil="true"/>'), thumbnail(), SCHEMA)
    assert output["ImageData"] == [1] * ENOUGH


@pytest.mark.parametrize("text", [b"256", b"-1", b"", b"x", b"1.0"])
def test_what_is_no_byte_is_refused(text: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_output(picture_with(b"<p:ImageData>%b</p:ImageData>" % text), thumbnail(), SCHEMA)


def picture_with(entry: bytes) -> Element:
    """A method's answer with many bytes that are 1, and one that is written otherwise."""
    element = output_body(declared(SERVICE), thumbnail(), 0, {"ImageData": [1] * (ENOUGH + 1)})
    return parse_xml(render_xml(element).replace(b"<p:ImageData>1</p:ImageData>", entry, 1))
