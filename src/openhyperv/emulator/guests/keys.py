"""Keys of a US keyboard: characters and Windows virtual keys as QEMU's key names (qcodes)."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

_PLAIN = {
    **{letter: letter for letter in string.ascii_lowercase + string.digits},
    "-": "minus",
    "=": "equal",
    "[": "bracket_left",
    "]": "bracket_right",
    "\\": "backslash",
    ";": "semicolon",
    "'": "apostrophe",
    "`": "grave_accent",
    ",": "comma",
    ".": "dot",
    "/": "slash",
    " ": "spc",
    "\t": "tab",
    "\n": "ret",
    "\r": "ret",
    "\b": "backspace",
    "\x1b": "esc",
}
_SHIFTED_FROM = dict(zip('!@#$%^&*()_+{}|:"~<>?', "1234567890-=[]\\;'`,./", strict=True))

VIRTUAL_KEYS: Mapping[int, str] = {
    0x08: "backspace",
    0x09: "tab",
    0x0D: "ret",
    0x13: "pause",
    0x14: "caps_lock",
    0x1B: "esc",
    0x10: "shift",
    0x11: "ctrl",
    0x12: "alt",
    0xA0: "shift",
    0xA1: "shift_r",
    0xA2: "ctrl",
    0xA3: "ctrl_r",
    0xA4: "alt",
    0xA5: "alt_r",
    0x5B: "meta_l",
    0x5C: "meta_r",
    0x5D: "compose",
    0x20: "spc",
    0x21: "pgup",
    0x22: "pgdn",
    0x23: "end",
    0x24: "home",
    0x25: "left",
    0x26: "up",
    0x27: "right",
    0x28: "down",
    0x2C: "sysrq",
    0x2D: "insert",
    0x2E: "delete",
    0x90: "num_lock",
    0x91: "scroll_lock",
    **{0x30 + digit: str(digit) for digit in range(10)},
    **{0x41 + place: letter for place, letter in enumerate(string.ascii_lowercase)},
    **{0x60 + digit: f"kp_{digit}" for digit in range(10)},
    0x6A: "kp_multiply",
    0x6B: "kp_add",
    0x6D: "kp_subtract",
    0x6E: "kp_decimal",
    0x6F: "kp_divide",
    **{0x70 + place: f"f{place + 1}" for place in range(12)},
    0xBA: "semicolon",
    0xBB: "equal",
    0xBC: "comma",
    0xBD: "minus",
    0xBE: "dot",
    0xBF: "slash",
    0xC0: "grave_accent",
    0xDB: "bracket_left",
    0xDC: "backslash",
    0xDD: "bracket_right",
    0xDE: "apostrophe",
    0xE2: "less",
}
"""Winuser.h's VK_ codes on a US keyboard."""


@frozen
class KeyStroke:
    """A key going down or up: a qcode, or a number as QEMU counts set 1 scan codes."""

    key: str | int
    down: bool

    def event(self) -> dict[str, object]:
        """The form of QMP's ``input-send-event``."""
        kind = "qcode" if isinstance(self.key, str) else "number"
        return {
            "type": "key",
            "data": {"down": self.down, "key": {"type": kind, "data": self.key}},
        }


def strokes_of(character: str) -> Sequence[KeyStroke]:
    """How a US keyboard types a character.

    :raises ValueError: it has no key for it
    """
    unshifted = character.lower() if character in string.ascii_uppercase else _SHIFTED_FROM.get(character)
    key = _PLAIN.get(unshifted or character)
    if key is None:
        raise ValueError(f"A US keyboard has no key for {character!r}.")
    press = [KeyStroke(key, down=True), KeyStroke(key, down=False)]
    if unshifted is None:
        return press
    return [KeyStroke("shift", down=True), *press, KeyStroke("shift", down=False)]


def strokes_of_scancodes(codes: bytes) -> Iterator[KeyStroke]:
    """Read set 1 scan codes: bit 7 is a release, 0xE0 comes before the keys of the extended keyboard."""
    extended = 0
    for code in codes:
        if code == 0xE0:
            extended = 0x80
            continue
        yield KeyStroke(code & 0x7F | extended, down=not code & 0x80)
        extended = 0
