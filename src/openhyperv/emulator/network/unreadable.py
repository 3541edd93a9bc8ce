"""The outcome of reading what hides what it is."""

from __future__ import annotations


class Unreadable(ValueError):  # noqa: N818  # read as an outcome where it is caught
    """A frame that cannot be read far enough to be judged; where rules are, it is dropped."""
