"""Switching metrics of machines on and off. Traffic is counted by rules of ports, which come first."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.names import SYSTEM_SERVICE, service, setting, system, system_settings
from openhyperv.hyperv.ports.binding import look_at_port
from openhyperv.hyperv.ports.reading import PortReading
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


def start_metering_port(session: Session, adapter: str, reading: PortReading | None = None) -> None:
    """Meter an adapter's traffic from now on, with all else of its machine; what is metered already goes on.

    Four requests, and two with a ``reading`` of a moment ago, or none where that shows that it is metered.

    :raises NotFoundError: there is no such adapter, or it has no cable
    :raises ConflictError: several have that name
    """
    found = None if reading is None else reading.find(adapter)
    if found is not None and any(map(_is_meter, found[1])):
        return
    port, features = found if found and found[0].has_cable else look_at_port(session, adapter)
    if not port.has_cable:
        raise NotFoundError("The network adapter has no port.", host=session.host, target=adapter)
    _add_meters(session, port.cable, features, port.machine_guid)
    _control(session, port.machine_guid, Collection.ENABLED)


def stop_metering(session: Session, guid: str) -> None:
    """Meter the machine no more; what was counted is gone."""
    _control(session, guid, Collection.DISABLED)


def _control(session: Session, guid: str, collection: Collection) -> None:
    arguments: dict[str, Value] = {"Subject": system(guid), "MetricCollectionEnabled": collection.value}
    session.run(_METRIC_SERVICE, "ControlMetrics", arguments, target=guid)


def _count_traffic(session: Session, cable: ObjectPath, guid: str) -> None:
    features = AssociatorsOf(
        cable, association_class="Msvm_EthernetPortSettingDataComponent", result_class=_RULE
    )
    _add_meters(session, cable, session.query(features), guid)


def _is_meter(feature: Instance) -> bool:
    return feature.class_name == _RULE and number(feature, "Action") == _METER


def _add_meters(session: Session, cable: ObjectPath, present: Iterable[Instance], guid: str) -> None:
    """Rules that count everything, both ways and of both families, unless something is counted already."""
    if any(map(_is_meter, present)):
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
