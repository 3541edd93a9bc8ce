"""However a provider is asked, by key or by a walk, a query finds the same."""

from __future__ import annotations

from threading import RLock

from hypothesis import given
from hypothesis import strategies as st

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.events import EventBus
from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.cimom.provider import instances_of
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
