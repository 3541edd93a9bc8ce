"""Typing into running virtual machines: Msvm_Keyboard."""

from __future__ import annotations

from collections.abc import Callable

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.guests.machine import Guest, GuestError
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.devices import KEYBOARD
from openhyperv.emulator.host.machines.virtual_system import Session, SystemState
from openhyperv.emulator.host.shielding.console import check_console
from openhyperv.emulator.providers.machines.devices import device_at

LONGEST_TEXT = 512
"""Characters that one TypeText takes (Microsoft, TypeText method of Msvm_Keyboard)."""
_CONTROL, _ALT, _DELETE = 0x11, 0x12, 0x2E
"""Windows virtual key codes."""


class KeyboardProvider:
    """Every method reaches the guest before it answers."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(KEYBOARD, "TypeText")
    def type_text(self, call: Call) -> Result:
        """Characters, as typed on a US keyboard."""
        text = call["asciiText"]
        if not isinstance(text, str) or len(text) > LONGEST_TEXT:
            raise MethodFailure(Code.INVALID_PARAMETER, f"asciiText has at most {LONGEST_TEXT} characters.")
        return self._do(call, lambda guest: guest.type_text(text))

    @method(KEYBOARD, "TypeKey")
    def type_key(self, call: Call) -> Result:
        """One key, down and up."""
        key = _key(call)
        return self._do(call, lambda guest: _strike(guest, key))

    @method(KEYBOARD, "PressKey")
    def press_key(self, call: Call) -> Result:
        """One key, down."""
        key = _key(call)
        result = self._do(call, lambda guest: guest.press_key(key, down=True))
        self._session(call).pressed_keys.add(key)
        return result

    @method(KEYBOARD, "ReleaseKey")
    def release_key(self, call: Call) -> Result:
        """One key, up."""
        key = _key(call)
        result = self._do(call, lambda guest: guest.press_key(key, down=False))
        self._session(call).pressed_keys.discard(key)
        return result

    @method(KEYBOARD, "IsKeyPressed")
    def is_key_pressed(self, call: Call) -> Result:
        """Whether PressKey holds the key down."""
        return Result(Code.COMPLETED, {"keyState": _key(call) in self._session(call).pressed_keys})

    @method(KEYBOARD, "TypeScancodes")
    def type_scancodes(self, call: Call) -> Result:
        """Scan codes of set 1, as they are."""
        codes = call["Scancodes"]
        if not isinstance(codes, list | tuple) or not codes:
            raise MethodFailure(Code.INVALID_PARAMETER, "Scancodes are missing.")
        data = bytes(code for code in codes if isinstance(code, int))
        return self._do(call, lambda guest: guest.type_scancodes(data))

    @method(KEYBOARD, "TypeCtrlAltDel")
    def type_ctrl_alt_del(self, call: Call) -> Result:
        """The three keys together."""
        return self._do(call, lambda guest: _strike(guest, _CONTROL, _ALT, _DELETE))

    def _session(self, call: Call) -> Session:
        device = device_at(self._host, call.path)
        session = device.system.session if device else None
        if device is None or session is None or device.system.state is not SystemState.RUNNING:
            raise MethodFailure(Code.INVALID_STATE, "The VM is not running.")
        check_console(device.system.configuration, self._host.profile)
        return session

    def _do(self, call: Call, action: Callable[[Guest], None]) -> Result:
        guest = self._session(call).guest
        if guest is None:
            raise MethodFailure(Code.INVALID_STATE, "The VM is not running.")
        try:
            action(guest)
        except GuestError as error:
            raise MethodFailure(Code.FAILED, str(error)) from error
        return Result(Code.COMPLETED)


def _key(call: Call) -> int:
    key = call["keyCode"]
    if not isinstance(key, int):
        raise MethodFailure(Code.INVALID_PARAMETER, "keyCode is missing.")
    return key


def _strike(guest: Guest, *keys: int) -> None:
    """Press keys in order, release them in the reverse."""
    for key in keys:
        guest.press_key(key, down=True)
    for key in reversed(keys):
        guest.press_key(key, down=False)
