"""A word, and the kinds of values it can have."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen


@frozen
class Choice:
    """One of these."""

    values: tuple[str, ...]


@frozen
class Choices:
    """Some of these, in any case, joined by commas."""

    values: tuple[str, ...]


@frozen
class Number:
    """A whole number, in steps of 1."""

    numbers: range


@frozen
class Truth:
    """One of the rules' words for true and false, in any case."""


@frozen
class Pattern:
    """A text that the regular expression matches as a whole; ``words`` say the same to people."""

    regex: str
    words: str


Value: TypeAlias = Choice | Choices | Number | Truth | Pattern


@frozen(kw_only=True)
class Word:
    """An image property or an extra spec.

    - ``name``: of an image's namespace or a flavor's; it ends in ``{num}`` where there is one for each node
    - ``default``: what is meant where it is left out, if that is not simply nothing
    - ``example``: assignments that a host grants when they come together; the word's own is the first
    """

    name: str
    title: str
    value: Value
    meaning: str
    default: str = ""
    example: tuple[str, ...]

    def names(self, name: str) -> bool:
        """True where ``name`` is this word."""
        start, numbered, _ = self.name.partition("{num}")
        return name.startswith(start) if numbered else name == self.name
