"""Class calls and queries: they select what was meant, whatever characters values hold."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.cim.schema import Schema
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.wire.wql import Comparison, Select
from openhyperv.wire.wql_parser import parse_wql
from openhyperv.wmi.wql_text import class_query, prepare
from tests.wmi.conftest import VIRTUALIZATION
from tests.wmi.making import define, failure_code, requests_to

INVALID_QUERY = -2147217385
NAMES = (
    "plain",
    "O'Brien",
    'say "hello"',
    "both ' and \"",
    "C:\\VMs\\one",
    "C:\\VMs\\",
    "\\\\server\\share",
    "a\\'b",
    "a, b",
    "x' OR Name <> '",
    "100%_[a]",
    "größe",
)


@pytest.fixture(scope="module")
def settings(conn: Any) -> dict[str, str]:
    """A machine of each name; the paths of their settings."""
    return {name: define(conn, name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_class_call_selects_exactly_the_object_with_that_value(
    conn: Any, settings: dict[str, str], name: str
) -> None:
    found = conn.Msvm_VirtualSystemSettingData(ElementName=name)
    assert [each.path_() for each in found] == [settings[name]]
    assert found[0].ElementName == name


decl = Schema.load().find(VIRTUALIZATION, "Msvm_VirtualSystemSettingData")


@given(st.text(st.characters(codec="utf-8"), max_size=30) | st.text("\\'\",% ", max_size=10))
def test_whatever_a_value_holds_it_stays_one_value(value: str) -> None:
    assert decl is not None
    query = parse_wql(class_query(decl, (), {"ElementName": value}).text)
    assert isinstance(query, Select)
    assert isinstance(query.condition, Comparison)
    assert (query.condition.property_.name, query.condition.value) == ("ElementName", value)


@given(st.lists(st.from_regex(r"[^'\"\\\x00-\x1f]{1,5}", fullmatch=True), min_size=1, max_size=4))
def test_a_text_with_single_backslashes_and_one_with_doubled_ones_mean_the_same(parts: list[str]) -> None:
    value = "\\".join(parts)
    single = f"SELECT * FROM Msvm_Thing WHERE Name = '{value}'"
    doubled = single.replace("\\", "\\\\")
    for text in (single, doubled):
        query = parse_wql(prepare(text, VIRTUALIZATION))
        assert isinstance(query, Select)
        assert isinstance(query.condition, Comparison)
        assert query.condition.value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"'\\.\PHYSICALDRIVE0'", r"\\.\PHYSICALDRIVE0"),
        (r"'\\\\.\\PHYSICALDRIVE0'", r"\\.\PHYSICALDRIVE0"),
        (r"'C:\'", "C:\\"),
        (r"'C:\\'", "C:\\"),
        (r"'O\'Brien'", "O'Brien"),
        ('"it\'s"', "it's"),
        (r"'Microsoft:A\\B'", r"Microsoft:A\B"),
        (
            r"""'\\HV1\root\virtualization\v2:Msvm_X.InstanceID="Microsoft:A\\B"'""",
            r"""\\HV1\root\virtualization\v2:Msvm_X.InstanceID="Microsoft:A\\B\"""".replace('B\\"', 'B"'),
        ),
    ],
)
def test_each_way_of_writing_backslashes_is_understood(text: str, value: str) -> None:
    query = parse_wql(prepare(f"SELECT * FROM Msvm_Thing WHERE Name = {text}", VIRTUALIZATION))
    assert isinstance(query, Select)
    assert isinstance(query.condition, Comparison)
    assert query.condition.value == value


def test_backslashes_in_the_path_of_an_association_query_need_no_escape(conn: Any) -> None:
    memory = conn.query("SELECT * FROM Msvm_MemorySettingData WHERE NOT InstanceID LIKE '%Definition%'")[0]
    bare = f'Msvm_MemorySettingData.InstanceID="{memory.InstanceID}"'
    assert "\\" in bare
    for path in (bare, bare.replace("\\", "\\\\")):
        found = conn.query(f"ASSOCIATORS OF {{{path}}} WHERE ResultClass = Msvm_VirtualSystemSettingData")
        assert [each.path().Class for each in found] == ["Msvm_VirtualSystemSettingData"]


def test_a_query_by_an_objects_own_path_finds_it(conn: Any) -> None:
    settings = conn.Msvm_MemorySettingData()[0]
    found = conn.query(f"SELECT * FROM Msvm_MemorySettingData WHERE __PATH = '{settings.path_()}'")
    assert found == [settings]


def test_columns_come_with_the_keys_and_nothing_else(conn: Any) -> None:
    for found in (
        conn.Msvm_ComputerSystem(["EnabledState", "OtherIdentifyingInfo"], ElementName="vm0001"),
        conn.query(
            "SELECT enabledstate, OtherIdentifyingInfo FROM Msvm_ComputerSystem WHERE ElementName = 'vm0001'"
        ),
    ):
        assert found[0].EnabledState == 3
        assert found[0].OtherIdentifyingInfo is None
        assert 'Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="' in found[0].path_()
        with pytest.raises(AttributeError):
            found[0].ElementName  # noqa: B018


def test_values_are_compared_as_their_property_is_declared(conn: Any) -> None:
    assert {each.ElementName for each in conn.Msvm_ComputerSystem(EnabledState="3")} >= {"vm0001"}
    assert {each.ElementName for each in conn.Msvm_ComputerSystem(EnabledState=2)} == {"HV1"}
    assert conn.Msvm_ComputerSystem(ElementName="vm0001", OtherEnabledState=None)
    assert not conn.Msvm_ComputerSystem(Name="")


@pytest.mark.parametrize("arguments", [("ElementName",), (["ElementName"], ["Name"]), (7,)])
def test_a_class_takes_nothing_but_one_list_of_names(conn: Any, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match="at most one list"):
        conn.Msvm_ComputerSystem(*arguments)


def test_what_is_no_query_is_the_hosts_to_refuse(wmi: ModuleType, conn: Any) -> None:
    with pytest.raises(wmi.x_wmi) as refused:
        conn.query("SELECT FROM nothing WHERE")
    assert failure_code(refused.value) == INVALID_QUERY


def test_a_property_that_the_class_lacks_is_refused(wmi: ModuleType, conn: Any) -> None:
    with pytest.raises(wmi.x_wmi) as refused:
        conn.Msvm_ComputerSystem(Nonsense="x")
    assert failure_code(refused.value) == INVALID_QUERY


def test_looking_at_classes_asks_the_host_nothing(conn: Any, host: EmulatedHost) -> None:
    before = requests_to(host)
    kind = conn.MSVM_computersystem
    assert kind.keys == ["CreationClassName", "Name"]
    assert "ElementName" in kind.properties
    assert "RequestStateChange" in kind.methods
    assert kind.derivation()[0] == "CIM_ComputerSystem"
    assert kind.path_() == r"\\HV1\root\virtualization\v2:Msvm_ComputerSystem"
    assert kind.path().IsClass
    assert "Msvm_ComputerSystem" in conn.classes
    assert "Msvm_ComputerSystem" in conn.subclasses_of("CIM_ComputerSystem", "Msvm_")
    assert conn["Msvm_ComputerSystem"].get_class_name() == "Msvm_ComputerSystem"
    assert requests_to(host) == before


def test_old_ways_to_ask_still_work(conn: Any) -> None:
    names = {"HV1", "vm0001", "vm0002", "vm0003"}
    assert {each.ElementName for each in conn.instances("Msvm_ComputerSystem")} >= names
    assert {each.ElementName for each in conn.Msvm_ComputerSystem.instances()} >= names
    fetched = conn.fetch_as_classes("Msvm_ComputerSystem", ["ElementName", "EnabledState"], Name="HV1")
    assert [(each.ElementName, each.EnabledState) for each in fetched] == [("HV1", 2)]
    assert conn.fetch_as_lists("Msvm_ComputerSystem", ["EnabledState", "Name"], Name="HV1") == [[2, "HV1"]]
    whole = conn.fetch_as_classes("Msvm_ComputerSystem", ElementName="vm0001")
    assert whole[0].CreationClassName == "Msvm_ComputerSystem"


def test_names_of_python_are_no_classes_but_those_of_the_system_are(conn: Any) -> None:
    assert not hasattr(conn, "_repr_html_")
    assert not hasattr(conn, "__deepcopy__")
    assert getattr(conn, "__NAMESPACE").keys == ["Name"]
