"""Whatever a client sends, it gets a code: never a broken host, never half a change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openhyperv.wire.types import INTEGER_BOUNDS, CimType, PropertyDecl, Value
from tests.emulator_host.conftest import SUB_TYPE, V2, Emulated, emulate
from tests.emulator_host.devices import SUB, disk, make_disk

CODES = {0, 4096, 32768, 32770, 32773, 32775}
CLASSES = [
    "Msvm_ResourceAllocationSettingData",
    "Msvm_StorageAllocationSettingData",
    "Msvm_ProcessorSettingData",
    "Msvm_MemorySettingData",
    "Msvm_SyntheticEthernetPortSettingData",
    "Msvm_EthernetPortAllocationSettingData",
    "Msvm_SerialPortSettingData",
]
KINDS = [
    (6, "Synthetic SCSI Controller"),
    (16, "Synthetic DVD Drive"),
    (17, "Synthetic Disk Drive"),
    (31, "Virtual Hard Disk"),
    (31, "Virtual CD/DVD Disk"),
    (10, "Synthetic Ethernet Port"),
    (33, "Ethernet Connection"),
    (21, "Serial Port"),
    (5, "Emulated IDE Controller"),
    (99, "Nonsense"),
]
TEXTS = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=20),
    st.sampled_from(["", "0", "65", "-1", "GUID", r"C:\x.vhdx", r"C:\..\x", "CON", r"a\b", 'x="y"', "{}"]),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    """One host for all examples: it must outlive every one of them."""
    emulated = emulate(Path(tmp_path_factory.mktemp("hostile")))
    make_disk(emulated, r"C:\a.vhdx")
    yield emulated
    emulated.host.close()


def _values(declared: PropertyDecl) -> st.SearchStrategy[Any]:
    scalar: st.SearchStrategy[Any] = TEXTS
    if declared.type is CimType.BOOLEAN:
        scalar = st.booleans()
    elif declared.type in INTEGER_BOUNDS:
        low, high = INTEGER_BOUNDS[declared.type]
        scalar = st.one_of(st.integers(low, high), st.integers(0, min(high, 4096)))
    return st.lists(scalar, max_size=3) if declared.is_array else scalar


@st.composite
def hostile_settings(draw: st.DrawFn, emulated: Emulated) -> tuple[str, dict[str, Value]]:
    """A class of device settings and any values that its properties can hold."""
    class_name = draw(st.sampled_from(CLASSES))
    decl = emulated.host.schema.find(V2, class_name)
    assert decl is not None
    plain = [p for p in decl.properties.values() if p.type not in (CimType.DATETIME, CimType.REFERENCE)]
    chosen = draw(st.lists(st.sampled_from(plain), max_size=8, unique_by=lambda p: p.name))
    values = {declared.name: draw(_values(declared)) for declared in chosen}
    resource_type, name = draw(st.sampled_from(KINDS))
    if draw(st.booleans()):
        values |= {"ResourceType": resource_type, "ResourceSubType": SUB + name}
    return class_name, values


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_defining_adding_and_changing_answer_with_a_code(shared: Emulated, data: st.DataObject) -> None:
    class_name, values = data.draw(hostile_settings(shared))
    text = shared.text(class_name, values)
    defined = shared.call("DefineSystem", ResourceSettings=[text])
    assert defined.return_value in CODES
    generation = data.draw(st.sampled_from([1, 2]))
    system = shared.define(generation=generation, resources=disk(shared, r"C:\a.vhdx"))
    configuration = shared.settings_of(system).path
    before = shared.devices_of(system, "CIM_ResourceAllocationSettingData")
    added = shared.call("AddResourceSettings", AffectedConfiguration=configuration, ResourceSettings=[text])
    assert added.return_value in CODES
    if added.return_value != 0:
        assert shared.devices_of(system, "CIM_ResourceAllocationSettingData") == before
    victim = data.draw(st.sampled_from(before))
    own = {name: value for name, value in values.items() if not name.startswith("Resource")}
    changed = shared.text(class_name, {**own, "InstanceID": victim["InstanceID"]})
    assert shared.call("ModifyResourceSettings", ResourceSettings=[changed]).return_value in CODES
    started = shared.invoke(system, "RequestStateChange", RequestedState=2)
    assert "inside the emulator" not in str(shared.finish(started)["ErrorDescription"])
    if shared.state(system) != 3:
        shared.request(system, 3)
    assert shared.call("DestroySystem", AffectedSystem=system).return_value == 0


@given(data=st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_system_settings_answer_with_a_code(shared: Emulated, data: st.DataObject) -> None:
    decl = shared.host.schema.find(V2, "Msvm_VirtualSystemSettingData")
    assert decl is not None
    plain = [p for p in decl.properties.values() if p.type is not CimType.DATETIME]
    chosen = data.draw(st.lists(st.sampled_from(plain), max_size=8, unique_by=lambda p: p.name))
    values = {declared.name: data.draw(_values(declared)) for declared in chosen}
    if data.draw(st.booleans()):
        values["VirtualSystemSubType"] = SUB_TYPE + "2"
    text = shared.text(decl.name, values)
    assert shared.call("DefineSystem", SystemSettings=text).return_value in CODES
    system = shared.define()
    changes = shared.text(decl.name, {**values, "InstanceID": shared.settings_of(system)["InstanceID"]})
    assert shared.call("ModifySystemSettings", SystemSettings=changes).return_value in CODES
    assert shared.call("DestroySystem", AffectedSystem=system).return_value == 0


@pytest.mark.parametrize("text", ["", "<", "<INSTANCE/>", "<INSTANCE CLASSNAME='Nothing'/>", "x" * 100_000])
def test_what_is_no_setting_is_refused(shared: Emulated, text: str) -> None:
    for method, name in (
        ("DefineSystem", "ResourceSettings"),
        ("ModifyResourceSettings", "ResourceSettings"),
    ):
        assert shared.call(method, **{name: [text]}).return_value == 32773
