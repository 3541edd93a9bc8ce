"""Asking guests to shut down: Msvm_ShutdownComponent."""

from __future__ import annotations

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.guests.machine import GuestError
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.components import ENABLED
from openhyperv.emulator.host.machines.devices import SHUTDOWN
from openhyperv.emulator.host.machines.virtual_system import SystemState
from openhyperv.emulator.providers.machines.devices import device_at


class ShutdownProvider:
    """The method answers when the guest has been asked; that it obeys shows in the VM's state."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(SHUTDOWN, "InitiateShutdown")
    def initiate_shutdown(self, call: Call) -> Result:
        """Press the power button. Force is up to the guest; the reason is not passed on."""
        device = device_at(self._host, call.path)
        session = device.system.session if device else None
        if device is None or session is None or session.guest is None:
            raise MethodFailure(Code.INVALID_STATE, "The VM is not running.")
        is_enabled = device.resource is not None and device.resource.value("EnabledState") == ENABLED
        if device.system.state is not SystemState.RUNNING or not is_enabled:
            raise MethodFailure(Code.INVALID_STATE, "The shutdown service cannot be used now.")
        try:
            session.guest.press_power_button()
        except GuestError as error:
            raise MethodFailure(Code.FAILED, str(error)) from error
        return Result(Code.COMPLETED)
