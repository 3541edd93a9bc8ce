"""Keys that are no characters, by their Windows codes (Microsoft, "Virtual-Key Codes")."""

from __future__ import annotations

from enum import IntEnum


class VirtualKey(IntEnum):
    """A key, for :meth:`openhyperv.hyperv.virtual_machine.VirtualMachine.type_key`."""

    BACKSPACE = 0x08
    TAB = 0x09
    ENTER = 0x0D
    ESCAPE = 0x1B
    SPACE = 0x20
    PAGE_UP = 0x21
    PAGE_DOWN = 0x22
    END = 0x23
    HOME = 0x24
    LEFT = 0x25
    UP = 0x26
    RIGHT = 0x27
    DOWN = 0x28
    INSERT = 0x2D
    DELETE = 0x2E
    F1 = 0x70
    F2 = 0x71
    F3 = 0x72
    F4 = 0x73
    F5 = 0x74
    F6 = 0x75
    F7 = 0x76
    F8 = 0x77
    F9 = 0x78
    F10 = 0x79
    F11 = 0x7A
    F12 = 0x7B
