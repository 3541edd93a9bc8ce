"""Machines at a glance: all of them in one enumeration, one of them in one call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.names import COMPUTER_SYSTEM, SYSTEM_SERVICE, is_guid, system_settings
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.values import entries, moment, number, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import select


@frozen
class MachineListing:
    """A line of the list of machines."""

    guid: str
    name: str
    state: MachineState
    uptime_s: float


_LIST_COLUMNS = ("Name", "ElementName", "EnabledState", "OnTimeInMilliseconds")


def list_machines(session: Session) -> Iterator[MachineListing]:
    """Every machine of the host, in one enumeration; checkpoints and planned machines are not among them.

    The host itself is of the same class and is told by its Name, since captions are translated.
    """
    for row in session.query(select(COMPUTER_SYSTEM, *_LIST_COLUMNS)):
        if is_guid(text(row, "Name")):
            yield MachineListing(
                guid=text(row, "Name").upper(),
                name=text(row, "ElementName"),
                state=MachineState(number(row, "EnabledState")),
                uptime_s=number(row, "OnTimeInMilliseconds") / 1000,
            )


HEALTHY = 5
"""HealthState of a machine that is well; 20 and 25 are major and critical failures."""


@frozen
class MachineSummary:
    """What the host says of one machine.

    ``memory_mb`` is what is assigned now, 0 while it is off; ``health`` is CIM's HealthState.
    """

    guid: str
    name: str
    state: MachineState
    vcpus: int
    memory_mb: int
    processor_load_percent: int
    uptime_s: float
    version: str
    guest: str
    heartbeat: int
    created: datetime | None
    notes: str
    health: int


_CODES = {
    "Name": 0,
    "ElementName": 1,
    "CreationTime": 2,
    "Notes": 3,
    "NumberOfProcessors": 4,
    "Version": 10,
    "EnabledState": 100,
    "ProcessorLoad": 101,
    "MemoryUsage": 103,
    "Heartbeat": 104,
    "UpTime": 105,
    "GuestOperatingSystem": 106,
    "HealthState": 109,
}
"""RequestedInformation of GetSummaryInformation (Microsoft's page of that method)."""


def summarize(session: Session, guid: str) -> MachineSummary:
    """One machine, in one call.

    :raises NotFoundError: there is no such machine
    """
    rows = _summaries(session, [system_settings(guid)], guid)
    if not rows or not text(rows[0], "Name"):
        raise NotFoundError("There is no such machine.", host=session.host, target=guid)
    return _summary(rows[0])


def summarize_all(session: Session) -> tuple[MachineSummary, ...]:
    """Every machine, in one call however many there are (SettingData of the call is left out)."""
    return tuple(_summary(row) for row in _summaries(session, None, None))


def _summaries(session: Session, of: list[ObjectPath] | None, target: str | None) -> list[Instance]:
    arguments: dict[str, Value] = {"RequestedInformation": list(_CODES.values())}
    if of is not None:
        arguments["SettingData"] = [*of]
    output = session.run(SYSTEM_SERVICE, "GetSummaryInformation", arguments, target=target)
    return [row for row in entries(output["SummaryInformation"]) if isinstance(row, Instance)]


def _summary(row: Instance) -> MachineSummary:
    return MachineSummary(
        guid=text(row, "Name").upper(),
        name=text(row, "ElementName"),
        state=MachineState(number(row, "EnabledState")),
        vcpus=number(row, "NumberOfProcessors"),
        memory_mb=number(row, "MemoryUsage"),
        processor_load_percent=number(row, "ProcessorLoad"),
        uptime_s=number(row, "UpTime") / 1000,
        version=text(row, "Version"),
        guest=text(row, "GuestOperatingSystem"),
        heartbeat=number(row, "Heartbeat"),
        created=moment(row, "CreationTime"),
        notes=text(row, "Notes"),
        health=number(row, "HealthState"),
    )
