"""Whatever a stranger asks, the answer is instances or a fault, never an error of the emulator."""

from __future__ import annotations

from contextlib import suppress
from threading import RLock

from hypothesis import given
from hypothesis import strategies as st

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.events import EventBus
from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.wire.path import KeyValue, ObjectPath
from openhyperv.wire.wql import (
    AssociatorsOf,
    Comparison,
    Condition,
    Isa,
    IsNull,
    Like,
    Not,
    Operator,
    Or,
    Property,
    ReferencesOf,
    Select,
)

from ..wire.wql_strategies import literals, strings
from .conftest import V2
from .inventory import HOST, WEB, ManagementService, Settings, Systems, WindowsFacts

SCHEMA = Schema.load(Release.WS2025)
MANAGER = ObjectManager(
    SCHEMA,
    Registry(SCHEMA, [Systems(), Settings(), ManagementService(), WindowsFacts()]),
    RLock(),
    HOST,
    EventBus(),
)

classes = st.sampled_from(
    [
        "Msvm_ComputerSystem",
        "Msvm_MemorySettingData",
        "Msvm_SettingsDefineState",
        "CIM_SettingData",
        "CIM_Component",
        "__InstanceModificationEvent",
        "Msvm_StorageAlert",
        "Msvm_NoSuchClass",
        "Win32_OperatingSystem",
    ]
)
names = st.sampled_from(
    [
        "Name",
        "InstanceID",
        "EnabledState",
        "InstallDate",
        "OperationalStatus",
        "DynamicMemoryEnabled",
        "Nothing",
        "ManagedElement",
        "TargetInstance.EnabledState",
        "TargetInstance",
        "__PATH",
        "__CLASS",
        "__GENUS",
    ]
)
properties = names.map(Property)
texts = strings | st.sampled_from(
    [WEB, "20250304101112.000000+000", "00000000003000.000000:000", "2", "TRUE"]
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    st.builds(Comparison, properties, st.sampled_from(Operator), texts | literals | properties)
    | st.builds(Like, properties, texts)
    | st.builds(Isa, properties, classes)
    | st.builds(IsNull, properties),
    lambda inner: st.builds(Not, inner) | st.builds(lambda a, b: Or((a, b)), inner, inner),
    max_leaves=4,
)
key_values: st.SearchStrategy[KeyValue] = texts | st.integers() | st.booleans()
paths = st.builds(
    ObjectPath,
    classes,
    st.dictionaries(st.sampled_from(["Name", "InstanceID", "CreationClassName", "SettingData"]), key_values),
    st.sampled_from([V2, "root/cimv2", "root/nowhere"]),
)


@given(classes, st.lists(names, max_size=2).map(tuple), conditions, st.sampled_from([None, 2]))
def test_selects(
    class_name: str, columns: tuple[str, ...], condition: Condition, within_s: int | None
) -> None:
    query = Select(class_name, columns, condition, within_s)
    with suppress(CimFault):
        MANAGER.query(V2, query)
    with suppress(CimFault):
        MANAGER.event_query(V2, query)


@given(paths, st.none() | classes, st.none() | st.sampled_from(["ManagedElement", "SettingData", "x"]))
def test_walks(path: ObjectPath, class_name: str | None, role: str | None) -> None:
    with suppress(CimFault):
        MANAGER.query(V2, AssociatorsOf(path, association_class=class_name, role=role))
    with suppress(CimFault):
        MANAGER.query(V2, ReferencesOf(path, result_class=class_name, role=role))


@given(paths)
def test_gets(path: ObjectPath) -> None:
    with suppress(CimFault):
        MANAGER.get(path)


@given(
    paths, st.dictionaries(st.sampled_from(["RequestedState", "TimeoutPeriod", "x"]), texts | st.integers())
)
def test_calls(path: ObjectPath, arguments: dict[str, str | int]) -> None:
    with suppress(CimFault):
        MANAGER.invoke(path, "RequestStateChange", arguments, "bob")
