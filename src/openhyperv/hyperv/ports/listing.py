"""Every port of a host's machines, for people to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import owner_of
from openhyperv.hyperv.ports.finding import (
    CABLE,
    CABLE_COLUMNS,
    CABLE_TAIL,
    read_adapters,
    switch_of,
)
from openhyperv.hyperv.ports.port_state import PortState, port_state
from openhyperv.hyperv.switches.cabling import read_machine_names
from openhyperv.hyperv.switches.finding import list_switches
from openhyperv.hyperv.values import text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import select

_FEATURE = "Msvm_EthernetSwitchPortFeatureSettingData"
"""What all features of ports derive from."""


@frozen
class ListedPort:
    """The port of a machine's adapter; ``switch`` is the name of the one that it is plugged into."""

    machine: str
    adapter: str
    switch: str | None
    state: PortState


def list_ports(session: Session) -> list[ListedPort]:
    """The port of every adapter of every machine, in six queries at the same time, however many."""
    read_machines = session.aside(lambda: read_machine_names(session))
    read_switches = session.aside(lambda: {each.guid: each.name for each in list_switches(session)})
    read_cables = session.aside(lambda: _by_id(session.query(select(CABLE, *CABLE_COLUMNS))))
    read_features = session.aside(lambda: _by_cable(session.query(select(_FEATURE))))
    adapters = read_adapters(session)
    machines, switches, cables, features = read_machines(), read_switches(), read_cables(), read_features()
    found = [
        _listed(row, machines, switches, cables, features) for row in adapters if _machine_of(row) in machines
    ]
    return sorted(found, key=lambda port: (port.machine.lower(), port.adapter.lower()))


def _machine_of(adapter: Instance) -> str:
    return owner_of(text(adapter, "InstanceID")).upper()


def _by_id(cables: Iterable[Instance]) -> dict[str, Instance]:
    return {text(cable, "InstanceID").upper(): cable for cable in cables}


def _by_cable(rows: Iterable[Instance]) -> dict[str, list[Instance]]:
    """A feature is named after its cable, with a GUID or two behind; templates of features have no cable."""
    found: dict[str, list[Instance]] = defaultdict(list)
    for row in rows:
        adapter, mark, _ = text(row, "InstanceID").upper().partition(CABLE_TAIL + "\\")
        if mark:
            found[adapter + CABLE_TAIL].append(row)
    return found


def _listed(
    adapter: Instance,
    machines: Mapping[str, str],
    switches: Mapping[str, str],
    cables: Mapping[str, Instance],
    features: Mapping[str, Sequence[Instance]],
) -> ListedPort:
    key = text(adapter, "InstanceID")
    cable_id = (key + CABLE_TAIL).upper()
    cable = cables.get(cable_id)
    guid = None if cable is None else switch_of(cable)
    state = port_state(key, guid, features.get(cable_id, ()))
    switch = None if guid is None else switches.get(guid, guid)
    return ListedPort(machines[_machine_of(adapter)], text(adapter, "ElementName"), switch, state)
