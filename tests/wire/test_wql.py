"""WQL written from values: what a client sends, and that nothing from outside can change its structure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from openhyperv.errors import InvalidInputError
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import (
    And,
    AssociatorsOf,
    Comparison,
    IsNull,
    Like,
    Operator,
    Or,
    Property,
    Query,
    ReferencesOf,
    Select,
    changed,
    equal,
    not_equal,
    render,
    select,
    target_is,
)
from openhyperv.wire.wql_parser import parse_wql

from .wql_strategies import queries, strings

GUID = "7B6E1C52-8A40-4D0C-9E3F-2F6C7D1A9B10"
SYSTEM = ObjectPath("Msvm_ComputerSystem", {"CreationClassName": "Msvm_ComputerSystem", "Name": GUID})


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (select("Msvm_ComputerSystem"), "SELECT * FROM Msvm_ComputerSystem"),
        (select("Win32_Processor", "Name", "DeviceID"), "SELECT Name, DeviceID FROM Win32_Processor"),
        (
            select("Msvm_ComputerSystem").where(equal("Name", GUID)).where(not_equal("EnabledState", 3)),
            f"SELECT * FROM Msvm_ComputerSystem WHERE Name = '{GUID}' AND EnabledState <> 3",
        ),
        (
            select("C").where(equal("a", 1) & (equal("b", True) | ~IsNull(Property("c")))),
            "SELECT * FROM C WHERE a = 1 AND (b = TRUE OR c IS NOT NULL)",
        ),
        (
            select("C").where(~(equal("a", 1) | Like(Property("b"), r"Microsoft:GUID\D%"))),
            r"SELECT * FROM C WHERE NOT (a = 1 OR b LIKE 'Microsoft:GUID\\D%')",
        ),
        (
            select("__InstanceModificationEvent")
            .within(2)
            .where(target_is("Msvm_ComputerSystem") & changed("EnabledState")),
            (
                "SELECT * FROM __InstanceModificationEvent WITHIN 2 WHERE TargetInstance ISA "
                "'Msvm_ComputerSystem' AND TargetInstance.EnabledState <> PreviousInstance.EnabledState"
            ),
        ),
        (
            AssociatorsOf(SYSTEM, "Msvm_SettingsDefineState", "Msvm_VirtualSystemSettingData"),
            (
                'ASSOCIATORS OF {Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",'
                f'Name="{GUID}"}} WHERE ResultClass = Msvm_VirtualSystemSettingData '
                "AssocClass = Msvm_SettingsDefineState"
            ),
        ),
        (
            ReferencesOf(
                ObjectPath("Msvm_MemorySettingData", {"InstanceID": r"Microsoft:A\B"}), keys_only=True
            ),
            r'REFERENCES OF {Msvm_MemorySettingData.InstanceID="Microsoft:A\\B"} WHERE KeysOnly',
        ),
    ],
)
def test_a_query_reads_as_documented(query: Query, text: str) -> None:
    assert render(query) == text
    assert parse_wql(text) == query


@given(queries)
def test_what_is_written_is_read_back_the_same(query: Query) -> None:
    assert parse_wql(render(query)) == query


@given(strings)
def test_no_string_can_change_what_is_asked(hostile: str) -> None:
    query = select("C").where(equal("Name", hostile) & Like(Property("Notes"), hostile))
    read = parse_wql(render(query))
    assert isinstance(read, Select)
    assert isinstance(read.condition, And)
    assert [type(operand) for operand in read.condition.operands] == [Comparison, Like]
    assert read.condition.operands[0].value == hostile
    assert read.condition.operands[1].pattern == hostile


@given(strings)
def test_no_key_can_leave_its_object_path(hostile: str) -> None:
    query = AssociatorsOf(ObjectPath("C", {"InstanceID": hostile}), "Assoc")
    assert parse_wql(render(query)) == query


@pytest.mark.parametrize(
    "name", ["", "a b", "a'", "x; DROP", "a}", "1a", "Select", "NULL", "é", "a.b", "a\n"]
)
def test_a_class_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        select(name)
    with pytest.raises(InvalidInputError):
        AssociatorsOf(SYSTEM, name)
    with pytest.raises(InvalidInputError):
        target_is(name)


@pytest.mark.parametrize("name", ["", "a..b", ".a", "a.", "a = 1 OR b", "a.where"])
def test_a_property_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        equal(name, 1)
    with pytest.raises(InvalidInputError):
        select("C", name)


@pytest.mark.parametrize(
    "path",
    [
        ObjectPath("C} WHERE ClassDefsOnly", {"K": "v"}),
        ObjectPath("C", {'K="v"} x {': "v"}),
        ObjectPath("C", {"K": "v"}, server="HV1\\x"),
        ObjectPath("C", {"K": "v"}, namespace="root/a:b", server="HV1"),
    ],
)
def test_a_path_that_is_none_is_refused(path: ObjectPath) -> None:
    with pytest.raises(InvalidInputError):
        render(AssociatorsOf(path))


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_an_interval_is_a_positive_number(seconds: float) -> None:
    with pytest.raises(InvalidInputError):
        select("__InstanceCreationEvent").within(seconds)


def test_numbers_that_wql_cannot_write_are_refused() -> None:
    with pytest.raises(InvalidInputError):
        equal("a", float("nan"))


@pytest.mark.parametrize("value", [SYSTEM, None, ["a"], b"a"])
def test_what_is_no_literal_is_refused(value: Any) -> None:
    """Its text would not be what was meant: a reference is compared as a string, which the caller writes."""
    with pytest.raises(InvalidInputError):
        equal("a", value)
    assert equal("a", str(SYSTEM)).text.startswith("a = 'Msvm_ComputerSystem.")


def test_a_lone_operand_is_no_conjunction() -> None:
    for kind in (And, Or):
        with pytest.raises(InvalidInputError):
            kind((equal("a", 1),))


def test_operators_are_the_documented_six() -> None:
    assert {operator.value for operator in Operator} == {"=", "<>", "<", ">", "<=", ">="}
