"""A point in time by which an operation ends, however the other side behaves."""

from __future__ import annotations

from time import monotonic

from attrs import frozen

from openhyperv.errors import DeadlineError


@frozen
class Deadline:
    """A fixed moment on the monotonic clock; ``given_s`` is what the caller allowed, for the error's text."""

    at_s: float
    given_s: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The moment that many seconds from now."""
        return cls(monotonic() + seconds, seconds)

    @property
    def remaining_s(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at_s - monotonic())

    def check(self, operation: str | None = None) -> float:
        """The seconds left, of which there are some.

        :raises DeadlineError: none are
        """
        remaining_s = self.at_s - monotonic()
        if remaining_s <= 0:
            raise self.missed(operation)
        return remaining_s

    def missed(self, operation: str | None = None) -> DeadlineError:
        """The error that says so."""
        return DeadlineError(f"The {self.given_s:g} s given for it ran out.", operation=operation)
