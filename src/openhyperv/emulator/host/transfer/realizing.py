"""Making a planned virtual machine a real one."""

from __future__ import annotations

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job
from openhyperv.emulator.host.jobs.state import Effect, JobType
from openhyperv.emulator.host.machines.system_defaults import SNAPSHOT
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.transfer.validating import check_system


def realize_system(host: Host, system: VirtualSystem) -> Job:
    """Begin to realize a planned VM; call it under the lock. The job's affected elements lead to the VM.

    :raises MethodFailure: 32775 while it is being realized already, or changed
    """
    if system.is_busy:
        raise MethodFailure(Code.INVALID_STATE, "The planned VM is busy.")
    system.is_being_reconfigured = True
    return host.jobs.run(
        JobType.REALIZE_PLANNED,
        lambda job: _realize(host, system, job),
        affected=[system.path],
        description="Realizing Virtual Machine",
        cancellable=False,
        abandoned=lambda: _release(host, system),
    )


def _realize(host: Host, system: VirtualSystem, job: Job) -> None:
    try:
        check_system(host, system)
        with host.changing(system):
            del system.configuration.values["VirtualSystemType"]
            for snapshot in system.snapshots.values():
                snapshot.configuration.values["VirtualSystemType"] = SNAPSHOT
    finally:
        _release(host, system)
    job.affects(system.path, Effect.CREATES)


def _release(host: Host, system: VirtualSystem) -> None:
    with host.lock:
        system.is_being_reconfigured = False
