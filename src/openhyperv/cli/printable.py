"""Text from a host, made safe for a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with U+FFFD for what would steer a terminal; new lines and tabs stay.

    Whoever names a machine could otherwise rewrite the screen of whoever lists it.
    """
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
