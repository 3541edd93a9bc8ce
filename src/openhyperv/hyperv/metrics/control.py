"""Switching metrics of machines on and off. Traffic is counted by rules of ports, which come first."""

from __future__ import annotations

from enum import IntEnum

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import SYSTEM_SERVICE, service, setting, system, system_settings
from openhyperv.hyperv.values import number, text
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import AssociatorsOf

_METRIC_SERVICE = service("Msvm_MetricService")
_CABLE = "Msvm_EthernetPortAllocationSettingData"
_RULE = "Msvm_EthernetSwitchPortAclSettingData"
_METER = 3
"""Action of a rule that counts."""
_LOCAL = 1
"""Applicability of a rule."""


class Collection(IntEnum):
    """MetricCollectionEnabled of Msvm_MetricService.ControlMetrics."""

    ENABLED = 2
    DISABLED = 3


def start_metering(session: Session, guid: str) -> None:
    """Meter a machine's processors, memory, disks and traffic from now on; what is metered already goes on.

    One request, one more for its cables, and one or two for each of these.
    """
    cables = AssociatorsOf(
        system_settings(guid),
        association_class="Msvm_VirtualSystemSettingDataComponent",
        result_class=_CABLE,
    )
    for cable in list(session.query(cables)):
        _count_traffic(session, setting(_CABLE, text(cable, "InstanceID")), guid)
    # UNVERIFIED: metering a machine by no definition in particular meters its disks and ports as well
    _control(session, guid, Collection.ENABLED)


def stop_metering(session: Session, guid: str) -> None:
    """Meter the machine no more; what was counted is gone."""
    _control(session, guid, Collection.DISABLED)


def _control(session: Session, guid: str, collection: Collection) -> None:
    arguments: dict[str, Value] = {"Subject": system(guid), "MetricCollectionEnabled": collection.value}
    session.run(_METRIC_SERVICE, "ControlMetrics", arguments, target=guid)


def _count_traffic(session: Session, cable: ObjectPath, guid: str) -> None:
    """Rules that count everything, both ways and of both families, unless something is counted already."""
    features = AssociatorsOf(
        cable, association_class="Msvm_EthernetPortSettingDataComponent", result_class=_RULE
    )
    if any(number(rule, "Action") == _METER for rule in session.query(features)):
        return
    rules = [_meter(direction, family) for direction in (1, 2) for family in (2, 3)]
    arguments: dict[str, Value] = {
        "AffectedConfiguration": cable,
        "FeatureSettings": [instance_to_text(rule, session.schema) for rule in rules],
    }
    session.run(SYSTEM_SERVICE, "AddFeatureSettings", arguments, target=guid)


def _meter(direction: int, family: int) -> Instance:
    values: dict[str, Value] = {
        "Direction": direction,
        "AclType": family,
        "Action": _METER,
        "Applicability": _LOCAL,
    }
    return Instance(_RULE, values)
