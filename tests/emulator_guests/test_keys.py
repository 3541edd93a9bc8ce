"""Characters, virtual keys and scan codes."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.emulator.guests.keys import VIRTUAL_KEYS, KeyStroke, strokes_of, strokes_of_scancodes


@pytest.mark.parametrize("character", sorted(set(string.printable) - set("\x0b\x0c")))
def test_every_printable_character_is_typed_and_every_key_released(character: str) -> None:
    strokes = list(strokes_of(character))
    held: set[str | int] = set()
    for stroke in strokes:
        assert (stroke.key in held) is not stroke.down
        held ^= {stroke.key}
    assert not held
    assert (strokes[0].key == "shift") == (character in string.ascii_uppercase + '~!@#$%^&*()_+{}|:"<>?')


@pytest.mark.parametrize("character", ["é", "\x00", "中"])
def test_what_is_not_on_the_keyboard_is_refused(character: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        strokes_of(character)


@given(st.lists(st.tuples(st.integers(1, 0x5F), st.booleans(), st.booleans())))
def test_scan_codes_are_read_as_they_were_sent(keys: list[tuple[int, bool, bool]]) -> None:
    codes = b"".join(
        (b"\xe0" if extended else b"") + bytes([code | (0 if down else 0x80)])
        for code, extended, down in keys
    )
    expected = [KeyStroke(code | (0x80 if extended else 0), down=down) for code, extended, down in keys]
    assert list(strokes_of_scancodes(codes)) == expected


def test_virtual_keys_follow_their_letters_digits_and_functions() -> None:
    assert [VIRTUAL_KEYS[ord(character)] for character in "AZ09"] == ["a", "z", "0", "9"]
    assert VIRTUAL_KEYS[0x7B] == "f12"
    assert VIRTUAL_KEYS[0x2E] == "delete"
