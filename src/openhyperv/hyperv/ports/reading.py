"""Every adapter, port and switch of a host in one request, for whoever has many to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Self, TypeAlias

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import FaultError
from openhyperv.hyperv.names import owner_of
from openhyperv.hyperv.ports.changes import feature_changes
from openhyperv.hyperv.ports.finding import ADAPTER, CABLE, CABLE_TAIL, LEGACY_ADAPTER, Port, port_of_cable
from openhyperv.hyperv.switches.finding import VirtualSwitch, virtual_switch
from openhyperv.hyperv.values import text
from openhyperv.machine.port import PortSpec
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import Like, Property, equal, select

_EVERY_SETTING = "CIM_SettingData"
"""What all of them derive from."""
_FEATURE = "Msvm_EthernetSwitchPortFeatureSettingData"
"""What all features of ports derive from."""
_MACHINE = "Msvm_VirtualSystemSettingData"
_SWITCH = "Msvm_VirtualEthernetSwitchSettingData"
_REALIZED = "Microsoft:Hyper-V:System:Realized"
"""VirtualSystemType of a machine, rather than of a checkpoint, whose adapters are copies."""

FoundPort: TypeAlias = tuple[Port, Sequence[Instance]]
"""A port, and what the host keeps about it."""


@frozen
class PortReading:
    """What a host has, and how it is plugged, at one moment.

    ``adapters`` are the keys of machines' adapters by display name; copies in checkpoints are none of them.
    """

    switches: tuple[VirtualSwitch, ...]
    adapters: Mapping[str, frozenset[str]]
    _cables: Mapping[str, Instance]
    _features: Mapping[str, Sequence[Instance]]
    _legacy: frozenset[str]
    """The keys of those adapters that are legacy ones."""

    @classmethod
    def read(cls, session: Session) -> Self:
        """Read everything at once, by a query for several subclasses of one class.

        Such a query is of Microsoft, "SELECT Statement for Data Queries". For it, WMI has providers speak of
        every class below; where one of them cannot, each class that matters is asked for by itself.
        """
        try:
            rows = list(session.query(_QUERY))
        except FaultError:
            answers = [session.aside(partial(_all, session, each)) for each in _CLASSES]
            rows = [row for answer in answers for row in answer()]
        return cls(
            switches=tuple(_switches(rows)),
            adapters=_adapters(rows),
            cables={text(row, "InstanceID").upper(): row for row in rows if row.class_name == CABLE},
            features=_features_by_cable(rows),
            legacy=frozenset(text(row, "InstanceID") for row in rows if row.class_name == LEGACY_ADAPTER),
        )

    def find(self, adapter: str) -> FoundPort | None:
        """The port of the adapter of that name; None where no machine has one, or several have."""
        keys = self.adapters.get(adapter, frozenset())
        if len(keys) != 1:
            return None
        (key,) = keys
        cable = self._cables.get(_cable_id(key))
        if cable is None:
            adapter_class = LEGACY_ADAPTER if key in self._legacy else ADAPTER
            return Port(adapter, key, adapter_class=adapter_class), ()
        return port_of_cable(adapter, cable), self._features.get(_cable_id(key), ())

    def shows(self, adapter: str, spec: PortSpec | None) -> bool:
        """False where the adapter's port is not as specified, or is plugged in and None is specified.

        The switch is given by its GUID. Of an adapter that is not there, nothing else can be said.
        """
        found = self.find(adapter)
        if found is None:
            return True
        port, features = found
        if spec is None:
            return port.switch_guid is None
        return port.switch_guid == spec.switch.upper() and not feature_changes(features, spec).calls

    def cable_name(self, adapter: str) -> str | None:
        """What the cable of an adapter is called: as the adapter where this library or os-win made it."""
        found = self.find(adapter)
        cable = None if found is None else self._cables.get(_cable_id(found[0].adapter_id))
        return None if cable is None else text(cable, "ElementName")


_QUERY = select(_EVERY_SETTING).where(
    equal("__CLASS", ADAPTER)
    | equal("__CLASS", LEGACY_ADAPTER)
    | equal("__CLASS", _MACHINE)
    | equal("__CLASS", _SWITCH)
    | Like(Property("InstanceID"), f"%{CABLE_TAIL}")
    | Like(Property("InstanceID"), f"%{CABLE_TAIL}\\%")
)


_CLASSES = (ADAPTER, LEGACY_ADAPTER, CABLE, _FEATURE, _MACHINE, _SWITCH)


def _all(session: Session, class_name: str) -> list[Instance]:
    return list(session.query(select(class_name)))


def _cable_id(adapter_id: str) -> str:
    return (adapter_id + CABLE_TAIL).upper()


def _switches(rows: Iterable[Instance]) -> Iterator[VirtualSwitch]:
    for row in rows:
        if row.class_name == _SWITCH:
            yield virtual_switch(row)


def _adapters(rows: Sequence[Instance]) -> dict[str, frozenset[str]]:
    machines = {
        owner_of(text(row, "InstanceID")).upper()
        for row in rows
        if row.class_name == _MACHINE and text(row, "VirtualSystemType") == _REALIZED
    }
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if (
            row.class_name in (ADAPTER, LEGACY_ADAPTER)
            and owner_of(text(row, "InstanceID")).upper() in machines
        ):
            found[text(row, "ElementName")].add(text(row, "InstanceID"))
    return {name: frozenset(keys) for name, keys in found.items()}


def _features_by_cable(rows: Iterable[Instance]) -> dict[str, list[Instance]]:
    """A feature is named after its cable, with a GUID or two behind."""
    found: dict[str, list[Instance]] = defaultdict(list)
    for row in rows:
        cable, mark, _ = text(row, "InstanceID").upper().partition(CABLE_TAIL + "\\")
        if mark:
            found[cable + CABLE_TAIL].append(row)
    return found
