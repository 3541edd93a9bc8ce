"""Jobs during which a virtual machine is busy without changing its state."""

from __future__ import annotations

from collections.abc import Callable

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines.virtual_system import SystemState, Undertaking, VirtualSystem
from openhyperv.emulator.host.power.requesting import settle


def undertake(
    host: Host,
    system: VirtualSystem,
    undertaking: Undertaking,
    job_type: JobType,
    description: str,
    work: Callable[[Job], None],
    *,
    cancellable: bool = False,
) -> Job:
    """Start a job that keeps the VM busy until it is over; call it under the lock.

    Where it is ``cancellable``, ``work`` leaves nothing behind when ``job.progress`` ends it.

    :raises MethodFailure: 32775 when the VM is busy already
    """
    if system.is_busy:
        raise MethodFailure(Code.INVALID_STATE, "The VM is busy.")
    with host.passing(system):
        system.undertaking = undertaking

    def busy(job: Job) -> None:
        try:
            work(job)
        finally:
            _conclude(host, system)

    return host.jobs.run(
        job_type,
        busy,
        affected=[system.path],
        description=description,
        cancellable=cancellable,
        abandoned=lambda: _conclude(host, system),
    )


def _conclude(host: Host, system: VirtualSystem) -> None:
    """The VM rests again; if its guest has ended meanwhile, it is off."""
    with host.passing(system):
        system.undertaking = None
    has_guest = system.session is not None and system.session.ended_by is None
    if system.state.is_on and not has_guest:
        settle(host, system, SystemState.OFF)
