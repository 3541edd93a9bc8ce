"""However a provider is asked, by key or by a walk, a query finds the same."""

from __future__ import annotations

from threading import RLock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.events import EventBus
from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.cimom.provider import instances_beginning, instances_of
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import And, Condition, Not, Operator, Or, compare, select

from .conftest import V2
from .inventory import DB, HOST, WEB, Systems

SCHEMA = Schema.load(Release.WS2025)


class Walked:
    """The same systems from a provider that cannot look up."""

    @instances_of("Msvm_ComputerSystem")
    def systems(self) -> list[Instance]:
        return list(Systems().systems())


class Memory:
    """Memory settings of two machines, listed by machine where the prefix names one."""

    def __init__(self) -> None:
        self.prefixes: list[str] = []

    @instances_of("Msvm_MemorySettingData")
    def all(self) -> list[Instance]:
        return self.beginning("")

    @instances_beginning("Msvm_MemorySettingData")
    def beginning(self, prefix: str) -> list[Instance]:
        self.prefixes.append(prefix)
        owners = [guid for guid in (WEB, DB) if guid.lower() in prefix.lower()] or [WEB, DB]
        return [Instance("Msvm_MemorySettingData", {"InstanceID": f"Microsoft:{guid}\\M"}) for guid in owners]


BY_KEY = ObjectManager(SCHEMA, Registry(SCHEMA, [Systems()]), RLock(), HOST, EventBus())
BY_WALK = ObjectManager(SCHEMA, Registry(SCHEMA, [Walked()]), RLock(), HOST, EventBus())

_comparisons = st.builds(
    compare,
    st.sampled_from(["Name", "name", "CreationClassName", "ElementName"]),
    st.sampled_from(Operator),
    st.sampled_from([WEB, WEB.lower(), DB, HOST, "Msvm_ComputerSystem", "CIM_ComputerSystem", ""]),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    _comparisons,
    lambda inner: (
        st.builds(lambda a, b: And((a, b)), inner, inner)
        | st.builds(lambda a, b: Or((a, b)), inner, inner)
        | st.builds(Not, inner)
    ),
    max_leaves=5,
)


@given(st.sampled_from(["Msvm_ComputerSystem", "CIM_ComputerSystem", "CIM_System"]), conditions)
def test_by_key_and_by_walk(class_name: str, condition: Condition) -> None:
    query = select(class_name).where(condition)
    assert BY_KEY.query(V2, query) == BY_WALK.query(V2, query)


@pytest.mark.parametrize(
    ("condition", "prefix", "count"),
    [
        (f"InstanceID LIKE 'Microsoft:{WEB}%'", f"Microsoft:{WEB}", 1),
        (f"instanceid like 'microsoft:{WEB.lower()}_m'", f"microsoft:{WEB.lower()}", 1),
        (
            f"(InstanceID LIKE 'Microsoft:{WEB}[x]%' AND Limit IS NULL) AND Weight IS NULL",
            f"Microsoft:{WEB}",
            0,
        ),
        (
            f"(ResourceType IS NULL AND InstanceID LIKE 'Microsoft:{DB}%') AND Limit IS NULL",
            f"Microsoft:{DB}",
            1,
        ),
        ("InstanceID LIKE '%M'", "", 2),
        (f"InstanceID LIKE 'Microsoft:{WEB}%' OR InstanceID LIKE 'Microsoft:{DB}%'", "", 2),
        (f"NOT InstanceID LIKE 'Microsoft:{WEB}%'", "", 1),
        (f"Caption LIKE 'Microsoft:{WEB}%'", "", 0),
    ],
)
@pytest.mark.parametrize("class_name", ["Msvm_MemorySettingData", "Cim_ResourceAllocationSettingData"])
def test_what_a_key_begins_with_narrows_the_walk(
    class_name: str, condition: str, prefix: str, count: int
) -> None:
    memory = Memory()
    manager = ObjectManager(SCHEMA, Registry(SCHEMA, [memory]), RLock(), HOST, EventBus())
    found = manager.query(V2, manager.parse(f"SELECT * FROM {class_name} WHERE {condition}", V2))
    assert len(found) == count
    assert memory.prefixes == [prefix]
