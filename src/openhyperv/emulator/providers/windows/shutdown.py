"""Taking the host down: Win32_OperatingSystem.Win32Shutdown, Shutdown and Reboot.

Flags: Microsoft, "Win32Shutdown method of the Win32_OperatingSystem class". Nobody is logged on to an
emulated host, so forcing changes nothing, and there is nobody to log off.
"""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.power.power_switch import HostPower, NoPowerSwitch

_CLASS = "Win32_OperatingSystem"
_FORCED = 4
_FLAGS: Mapping[int, HostPower] = {1: HostPower.OFF, 2: HostPower.REBOOT, 8: HostPower.OFF}
ERROR_NOT_SUPPORTED = 50
ERROR_INVALID_PARAMETER = 87


class WindowsShutdownProvider:
    """The methods answer, then the host goes down."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(_CLASS, "Win32Shutdown")
    def win32_shutdown(self, call: Call) -> Result:
        """Shut down, reboot or power off, as the flags say."""
        flags = call["Flags"]
        wanted = flags & ~_FORCED if isinstance(flags, int) else None
        if wanted == 0:
            # UNVERIFIED: the code for logging off where nobody is logged on
            raise MethodFailure(ERROR_NOT_SUPPORTED, "Nobody is logged on.")
        power = _FLAGS.get(wanted) if wanted is not None else None
        if power is None:
            raise MethodFailure(ERROR_INVALID_PARAMETER, f"Win32Shutdown knows no flags {flags}.")
        return self._press(power)

    @method(_CLASS, "Shutdown")
    def shutdown(self, _: Call) -> Result:
        """Shut down."""
        return self._press(HostPower.OFF)

    @method(_CLASS, "Reboot")
    def reboot(self, _: Call) -> Result:
        """Shut down and start again."""
        return self._press(HostPower.REBOOT)

    def _press(self, power: HostPower) -> Result:
        try:
            self._host.power_switch.press(power)
        except NoPowerSwitch as error:
            raise MethodFailure(ERROR_NOT_SUPPORTED, "Nobody runs this host.") from error
        return Result(0)
