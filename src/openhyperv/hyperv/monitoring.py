"""What happens on a host, as it happens: machines that come, go and change, and jobs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Self, TypeAlias

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.cim.subscription import Subscription
from openhyperv.errors import HyperVError
from openhyperv.hyperv.names import COMPUTER_SYSTEM, is_guid
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.values import number, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import Select, select, target_is

_INTERVAL_S = 0.5
_TURN_S = 1.0
"""How often WMI looks at its provider for us; what comes and goes within it is not seen."""
_JOB = "Msvm_ConcreteJob"


class Happening(StrEnum):
    """What happened to a machine."""

    CREATED = "created"
    DELETED = "deleted"
    STATE = "state"
    RENAMED = "renamed"


@frozen
class MachineEvent:
    """Something happened to a machine; ``before`` is the former state or name, where there is one."""

    at: datetime
    happening: Happening
    guid: str
    name: str
    state: MachineState
    before: str | None = None


@frozen
class JobEvent:
    """A job got further; ``status`` is the host's own word for how it is."""

    at: datetime
    job: str
    description: str
    percent: int
    status: str
    error: str


HostEvent: TypeAlias = MachineEvent | JobEvent


class Monitor:
    """The events of a host from now on, merged from two subscriptions. Use as a context manager.

    :raises HyperVError: the host does not deliver events
    """

    def __init__(self, session: Session, *, with_jobs: bool = True) -> None:
        classes = (COMPUTER_SYSTEM, _JOB) if with_jobs else (COMPUTER_SYSTEM,)
        self._queue: Queue[Instance | HyperVError] = Queue()
        self._subscriptions: list[Subscription] = []
        try:
            for class_name in classes:
                self._subscriptions.append(session.subscribe(_changes_of(class_name)))
        except HyperVError:
            self.close()
            raise
        for subscription in self._subscriptions:
            Thread(target=self._read, args=(subscription,), name="monitor", daemon=True).start()

    def _read(self, subscription: Subscription) -> None:
        try:
            for event in subscription.events():
                self._queue.put(event)
        except HyperVError as error:
            self._queue.put(error)

    def events(self) -> Iterator[HostEvent]:
        """Events as they come, without end.

        :raises HyperVError: a subscription broke; events may have been missed
        """
        while True:
            heard = self._next()
            if isinstance(heard, HyperVError):
                raise heard
            event = read_event(heard)
            if event is not None:
                yield event

    def _next(self) -> Instance | HyperVError:
        """Wait in turns: Python misses a Ctrl-C that comes just as the main thread begins an endless wait."""
        while True:
            with suppress(Empty):
                return self._queue.get(timeout=_TURN_S)

    def close(self) -> None:
        """End the subscriptions at the host."""
        for subscription in self._subscriptions:
            subscription.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _changes_of(class_name: str) -> Select:
    return select("__InstanceOperationEvent").where(target_is(class_name)).within(_INTERVAL_S)


def read_event(event: Instance) -> HostEvent | None:
    """What a lifecycle event of WMI tells; None for a change that is nobody's concern, such as uptime."""
    now = event.get("TargetInstance")
    before = event.get("PreviousInstance")
    if not isinstance(now, Instance):
        return None
    if not is_guid(text(now, "Name")):
        return _job_event(event, now)
    return _machine_event(event, now, before if isinstance(before, Instance) else None)


def _job_event(event: Instance, job: Instance) -> JobEvent | None:
    if event.class_name == "__InstanceDeletionEvent" or job.get("JobState") is None:
        return None
    return JobEvent(
        at=datetime.now(UTC),
        job=text(job, "InstanceID"),
        description=text(job, "Description") or text(job, "Caption"),
        percent=number(job, "PercentComplete"),
        status=text(job, "JobStatus"),
        error=text(job, "ErrorDescription"),
    )


def _machine_event(event: Instance, machine: Instance, previous: Instance | None) -> MachineEvent | None:
    change = _change(event, machine, previous)
    if change is None:
        return None
    happening, before = change
    state = MachineState(number(machine, "EnabledState"))
    name = text(machine, "ElementName")
    return MachineEvent(datetime.now(UTC), happening, text(machine, "Name").upper(), name, state, before)


def _change(
    event: Instance, machine: Instance, previous: Instance | None
) -> tuple[Happening, str | None] | None:
    if event.class_name == "__InstanceCreationEvent":
        return Happening.CREATED, None
    if event.class_name == "__InstanceDeletionEvent":
        return Happening.DELETED, None
    if previous is None:
        return None
    if number(machine, "EnabledState") != number(previous, "EnabledState"):
        return Happening.STATE, MachineState(number(previous, "EnabledState")).label
    if text(machine, "ElementName") != text(previous, "ElementName"):
        return Happening.RENAMED, text(previous, "ElementName")
    return None
