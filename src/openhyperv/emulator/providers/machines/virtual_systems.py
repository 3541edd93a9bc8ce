"""Virtual machines as Msvm_ComputerSystem, and what they can be asked to do."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, instances_of, lookup, method
from openhyperv.emulator.guests.machine import GuestError
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import COMPUTER_SYSTEM
from openhyperv.emulator.host.machines.system_view import computer_system
from openhyperv.emulator.host.machines.virtual_system import SystemState
from openhyperv.emulator.host.power.requesting import request_state
from openhyperv.emulator.providers.machines.finding import system_at
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath


class VirtualSystemProvider:
    """Every VM's Msvm_ComputerSystem; the host's own comes from another provider."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(COMPUTER_SYSTEM, is_announced=True)
    def systems(self) -> Iterator[Instance]:
        """All VMs."""
        return (computer_system(system) for system in self._host.systems)

    @lookup(COMPUTER_SYSTEM)
    def system(self, path: ObjectPath) -> Instance | None:
        """One VM."""
        system = system_at(self._host, path)
        return computer_system(system) if system else None

    @method(COMPUTER_SYSTEM, "RequestStateChange")
    def request_state_change(self, call: Call) -> Result:
        """Start, stop, save, pause, reset: a job does it."""
        system = system_at(self._host, call.path)
        requested = call["RequestedState"]
        if system is None:
            raise MethodFailure(Code.NOT_SUPPORTED, "The host itself changes no state.")
        if not isinstance(requested, int):
            raise MethodFailure(Code.INVALID_PARAMETER, "RequestedState is missing.")
        job = request_state(self._host, system, requested)
        return Result(Code.JOB_STARTED, {"Job": job.path})

    @method(COMPUTER_SYSTEM, "InjectNonMaskableInterrupt")
    def inject_non_maskable_interrupt(self, call: Call) -> Result:
        """Interrupt a running guest, so that it writes a crash dump for instance; synchronous."""
        system = system_at(self._host, call.path)
        guest = system.session.guest if system is not None and system.session else None
        if system is None or guest is None or system.state is not SystemState.RUNNING:
            raise MethodFailure(Code.INVALID_STATE, "Only a running VM can be interrupted.")
        try:
            guest.inject_nmi()
        except GuestError as error:
            raise MethodFailure(Code.FAILED, str(error)) from error
        return Result(Code.COMPLETED)
