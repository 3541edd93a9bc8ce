"""Every port of a host at once, for whoever has many to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Self, TypeAlias

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import is_guid, owner_of
from openhyperv.hyperv.ports.finding import CABLE, CABLE_COLUMNS, CABLE_TAIL, Port, port_of_cable
from openhyperv.hyperv.values import text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import select

_FEATURE = "Msvm_EthernetSwitchPortFeatureSettingData"
"""What all features of ports derive from."""

FoundPort: TypeAlias = tuple[Port, Sequence[Instance]]
"""A port, and what the host keeps about it."""


@frozen
class PortReading:
    """The ports of all adapters by display name, as they were at one moment."""

    _cables: Mapping[str, Sequence[Instance]]
    _features: Mapping[str, Sequence[Instance]]

    @classmethod
    def read(cls, session: Session) -> Self:
        """Read them all, in two queries at the same time."""
        cables = session.aside(partial(_cables_by_name, session))
        features = _features_by_cable(session)
        return cls(cables(), features)

    def find(self, adapter: str) -> FoundPort | None:
        """The port of an adapter; None where it has no cable, or where checkpoints hold copies of it."""
        cables = self._cables.get(adapter, ())
        if len(cables) != 1:
            return None
        cable = cables[0]
        return port_of_cable(adapter, cable), self._features.get(text(cable, "InstanceID").upper(), ())


def _cables_by_name(session: Session) -> dict[str, list[Instance]]:
    found: dict[str, list[Instance]] = defaultdict(list)
    for row in session.query(select(CABLE, *CABLE_COLUMNS, "ElementName")):
        cable = text(row, "InstanceID")
        if is_guid(owner_of(cable)) and cable.endswith(CABLE_TAIL):
            found[text(row, "ElementName")].append(row)
    return found


def _features_by_cable(session: Session) -> dict[str, list[Instance]]:
    """A feature is named after its cable, with a GUID or two behind; templates of features have no cable."""
    found: dict[str, list[Instance]] = defaultdict(list)
    for row in session.query(select(_FEATURE)):
        adapter, mark, _ = text(row, "InstanceID").upper().partition(CABLE_TAIL + "\\")
        if mark:
            found[adapter + CABLE_TAIL].append(row)
    return found
