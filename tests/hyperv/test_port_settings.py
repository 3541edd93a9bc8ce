"""A port as settings, and back: what is read is what was wanted, and then there is nothing to change."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from openhyperv.hyperv.ports.changes import feature_changes, setting_changes
from openhyperv.hyperv.ports.port_state import port_state
from openhyperv.hyperv.ports.whole_port import DEFAULTS, read_port, wanted_settings
from openhyperv.machine.port import (
    AccessVlan,
    Mirroring,
    PortBandwidth,
    PortSecurity,
    PortSettings,
    PrivateVlan,
    PrivateVlanMode,
    TrunkVlan,
)
from openhyperv.machine.port_isolation import IsolationMode, PortIsolation
from openhyperv.machine.port_offload import InterruptModeration, PortOffload
from openhyperv.machine.port_profile import PortProfile
from openhyperv.wire.instance import Instance

_VLAN_ID = st.integers(1, 4094)
_VLAN_IDS = st.sets(_VLAN_ID, min_size=1, max_size=5).map(lambda each: tuple(sorted(each)))
_NUMBER = st.integers(0, 1 << 20)
_WEIGHT = st.integers(0, 100)
_TEXT = st.text("abc ", max_size=5)
_GUID = st.integers(0, 9).map(lambda number: UUID(int=number))


def either(kind: type, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """A value of that kind, of which any field may be left out."""
    return st.builds(kind, **{name: st.none() | values for name, values in fields.items()})


_VLANS = (
    st.none()
    | st.builds(AccessVlan, _VLAN_ID)
    | st.builds(TrunkVlan, _VLAN_IDS, st.integers(0, 4094))
    | st.builds(
        PrivateVlan,
        st.sampled_from([PrivateVlanMode.ISOLATED, PrivateVlanMode.COMMUNITY]),
        _VLAN_ID,
        st.tuples(_VLAN_ID),
    )
    | st.builds(PrivateVlan, st.just(PrivateVlanMode.PROMISCUOUS), _VLAN_ID, _VLAN_IDS)
)
_SECURITY = st.builds(
    PortSecurity,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    teaming=st.none() | st.booleans(),
    priority_tag=st.none() | st.booleans(),
    mirroring=st.none() | st.sampled_from(Mirroring),
    storm_limit_pps=st.none() | _NUMBER,
)
_SETTINGS = st.builds(
    PortSettings,
    vlan=_VLANS,
    security=_SECURITY,
    bandwidth=st.none()
    | either(
        PortBandwidth,
        minimum_bps=_NUMBER,
        maximum_bps=_NUMBER,
        weight=_WEIGHT,
        burst_bps=_NUMBER,
        burst_bits=_NUMBER,
    ),
    offload=st.none()
    | either(
        PortOffload,
        iov_weight=_WEIGHT,
        iov_queue_pairs=st.integers(1, 9),
        iov_interrupt_moderation=st.sampled_from(InterruptModeration),
        vmq_weight=_WEIGHT,
        ipsec_associations=_NUMBER,
        vrss=st.booleans(),
        vmmq=st.booleans(),
        vmmq_queue_pairs=st.integers(1, 9),
    ),
    isolation=st.none()
    | st.builds(
        PortIsolation,
        mode=st.sampled_from(IsolationMode),
        default_id=_NUMBER,
        allow_untagged=st.booleans(),
        multi_tenant=st.booleans(),
    ),
    profile=st.none()
    | either(PortProfile, profile_id=_GUID, profile_name=_TEXT, vendor_id=_GUID, cdn_label_id=_NUMBER),
    rdma_weight=st.none() | _WEIGHT,
)


def applied(present: list[Instance], wanted: PortSettings) -> list[Instance]:
    """What a host has once what has to change has been sent."""
    changes = setting_changes(present, list(wanted_settings(wanted)))
    changed = {each.class_name: each for each in changes.modified}
    kept = [each.with_values(changed.get(each.class_name, {})) for each in present]
    added = [each.with_values({"InstanceID": f"Microsoft:{each.class_name}"}) for each in changes.added]
    return kept + added


@given(first=_SETTINGS, second=_SETTINGS)
def test_whatever_a_port_was_it_becomes_what_is_wanted(first: PortSettings, second: PortSettings) -> None:
    present = applied(applied([], first), second)
    assert feature_changes(present, second).calls == 0


@given(settings=_SETTINGS)
def test_what_is_read_is_as_it_is(settings: PortSettings) -> None:
    present = applied([], settings)
    assert feature_changes(present, read_port(present)).calls == 0


def test_a_port_without_settings_is_as_by_default() -> None:
    state = port_state("Microsoft:key", None, ())
    assert state.settings == PortSettings()
    assert not state.denies_rest
    assert setting_changes((), list(DEFAULTS.values())).calls == 0
