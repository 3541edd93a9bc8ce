"""Answering by a job what this host would answer at once: Windows does either, as it likes.

What is asked for is done, or refused, before the method answers; the job then takes its time and tells the
outcome, and until it is over the machine takes no other change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result
from openhyperv.emulator.cimom.registry import MethodFunction
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.jobs.state import Effect, JobType
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.errors import HyperVError
from openhyperv.wire.cimxml import instance_from_text
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_MACHINES = "Msvm_VirtualSystemManagementService"
_SWITCHES = "Msvm_VirtualEthernetSwitchManagementService"
_TYPES: Mapping[tuple[str, str], JobType] = {
    (_MACHINES, "DefineSystem"): JobType.DEFINE,
    (_MACHINES, "ModifySystemSettings"): JobType.MODIFY,
    (_MACHINES, "DestroySystem"): JobType.DESTROY,
    (_MACHINES, "ModifyServiceSettings"): JobType.MODIFY_SERVICE,
    (_MACHINES, "AddResourceSettings"): JobType.ADD_RESOURCES,
    (_MACHINES, "ModifyResourceSettings"): JobType.MODIFY_RESOURCES,
    (_MACHINES, "RemoveResourceSettings"): JobType.REMOVE_RESOURCES,
    (_MACHINES, "AddFeatureSettings"): JobType.ADD_RESOURCES,
    (_MACHINES, "ModifyFeatureSettings"): JobType.MODIFY_RESOURCES,
    (_MACHINES, "RemoveFeatureSettings"): JobType.REMOVE_RESOURCES,
    (_SWITCHES, "DefineSystem"): JobType.DEFINE_SWITCH,
    (_SWITCHES, "ModifySystemSettings"): JobType.MODIFY_SWITCH,
    (_SWITCHES, "AddResourceSettings"): JobType.ADD_SWITCH_RESOURCES,
    (_SWITCHES, "ModifyResourceSettings"): JobType.MODIFY_SWITCH_RESOURCES,
    (_SWITCHES, "RemoveResourceSettings"): JobType.REMOVE_SWITCH_RESOURCES,
    (_SWITCHES, "AddFeatureSettings"): JobType.ADD_SWITCH_RESOURCES,
    (_SWITCHES, "ModifyFeatureSettings"): JobType.MODIFY_SWITCH_RESOURCES,
    (_SWITCHES, "RemoveFeatureSettings"): JobType.REMOVE_SWITCH_RESOURCES,
}
"""The methods that Windows answers either way (Microsoft, Msvm_ConcreteJob.JobType, and their own pages)."""


class JobAnswers:
    """How the methods of one host answer: at once where they can, or inside of :meth:`by_job` by a job."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._takes_s: ContextVar[float | None] = ContextVar("takes_s", default=None)

    @contextmanager
    def by_job(self, takes_s: float) -> Iterator[None]:
        """Inside, in this thread, methods that may start a job do; the job takes so many seconds."""
        token = self._takes_s.set(takes_s)
        try:
            yield
        finally:
            self._takes_s.reset(token)

    def __call__(self, function: MethodFunction, call: Call) -> Result:
        """Call what implements a method, under the host's lock."""
        takes_s = self._takes_s.get()
        if takes_s is None or _method_of(call) not in _TYPES:
            return function(call)
        return self._by_job(function, call, takes_s)

    def _by_job(self, function: MethodFunction, call: Call, takes_s: float) -> Result:
        machines = self._machines(call.parameters.values())
        try:
            result = function(call)
        except MethodFailure as failure:
            # UNVERIFIED: that what a method refuses with a code can come as a job with the same code, too
            job = self._start(call, takes_s, machines, failure=JobFailure(failure.return_value, str(failure)))
            return Result(Code.JOB_STARTED, {"Job": job.path})
        if result.return_value != Code.COMPLETED:
            return result
        out = dict(result.out)
        # UNVERIFIED: that a machine that a job defines is told by Msvm_AffectedJobElement alone
        made = out.pop("ResultingSystem", None)
        machines += self._machines([made])
        job = self._start(call, takes_s, machines, made=made if isinstance(made, ObjectPath) else None)
        return Result(Code.JOB_STARTED, {**out, "Job": job.path})

    def _start(
        self,
        call: Call,
        takes_s: float,
        machines: Sequence[VirtualSystem],
        *,
        made: ObjectPath | None = None,
        failure: JobFailure | None = None,
    ) -> Job:
        held = [machine for machine in machines if not machine.is_being_reconfigured]
        # UNVERIFIED: that a machine takes no other change while such a job runs
        _hold(held, held_now=True)

        def take_time(job: Job) -> None:
            try:
                job.wait(takes_s)
            finally:
                with self._host.lock:
                    _hold(held, held_now=False)
            if failure is not None:
                raise failure

        affected = [(machine.path, Effect.UNKNOWN) for machine in machines if machine.path != made]
        return self._host.jobs.run(
            _TYPES[_method_of(call)],
            take_time,
            affected=[*affected, (made, Effect.CREATES)] if made else affected,
            owner=call.path,
            description=call.method,
            cancellable=False,
        )

    def _machines(self, values: Iterable[Value]) -> list[VirtualSystem]:
        """The machines that references and settings among the values are about."""
        found = {}
        for value in values:
            for each in value if isinstance(value, list | tuple) else (value,):
                system = self._machine(each)
                if system is not None:
                    found[system.guid] = system
        return list(found.values())

    def _machine(self, value: Value) -> VirtualSystem | None:
        systems = self._host.systems
        if isinstance(value, ObjectPath):
            guid = str(value.key("Name"))
            named = systems.find(guid) or systems.find_planned(guid)
            place = systems.locate(str(value.key("InstanceID")))
            return named or (place.system if place else None)
        if isinstance(value, str):
            with suppress(HyperVError):
                place = systems.locate(str(instance_from_text(value, self._host.schema).get("InstanceID")))
                return place.system if place else None
        return None


def _method_of(call: Call) -> tuple[str, str]:
    return call.path.class_name, call.method


def _hold(machines: Iterable[VirtualSystem], *, held_now: bool) -> None:
    for machine in machines:
        machine.is_being_reconfigured = held_now
