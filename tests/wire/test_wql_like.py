"""LIKE as Microsoft documents it, on hostile patterns too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.wire.wql_like import like, literal_prefix


@pytest.mark.parametrize(
    ("pattern", "fitting", "unfitting"),
    [
        ("abc", ["abc", "ABC"], ["ab", "abcd", "xabc"]),
        ("Microsoft:GUID%", ["microsoft:guid", r"Microsoft:GUID\0\L"], ["xMicrosoft:GUID"]),
        (r"%\Default", [r"Microsoft:Definition\X\Default"], ["Default", r"a\Default\b"]),
        ("a_c", ["abc", "a\nc"], ["ac", "abbc"]),
        ("%b%d%", ["bd", "abcd", "xbxdx", "dbd"], ["db", ""]),
        ("[a-c]x", ["ax", "Cx"], ["dx", "-x"]),
        ("[a=c]x", ["bx"], ["dx"]),
        ("[xyz]", ["y"], ["a"]),
        ("[^a-c]x", ["dx"], ["ax", "x"]),
        ("100[%]", ["100%"], ["1000"]),
        ("[_]", ["_"], ["a"]),
        ("a[b", ["a[b"], ["ab"]),
        ("[c-a]", [], ["a", "b", "c"]),
        (".*", [".*"], ["abc"]),
        ("%", ["", "anything\nat all"], []),
        ("", [""], ["a"]),
        ("%a%%b", ["ab", "axb"], ["ba"]),
    ],
)
def test_patterns(pattern: str, fitting: list[str], unfitting: list[str]) -> None:
    assert [text for text in fitting if not like(pattern, text)] == []
    assert [text for text in unfitting if like(pattern, text)] == []


def test_many_wildcards_do_not_explode() -> None:
    assert not like("%a" * 50 + "%b", "a" * 5000)


@given(st.text(), st.text())
def test_every_pattern_has_an_answer(pattern: str, text: str) -> None:
    assert like(pattern, text) in (True, False)


@given(st.text(alphabet=st.characters(exclude_characters="%_[")), st.text(), st.text())
def test_plain_text_between_percent_signs_is_containment(needle: str, before: str, after: str) -> None:
    assert like(f"%{needle}%", before + needle + after)
    assert like(needle, needle)


@given(st.text(alphabet="aB%_[]^-\\", max_size=8), st.text(alphabet="abB%_[]^-\\", max_size=8))
def test_what_fits_begins_with_the_literal_part(pattern: str, text: str) -> None:
    if like(pattern, text):
        assert text.lower().startswith(literal_prefix(pattern).lower())
