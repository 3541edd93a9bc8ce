"""What can go wrong while a lab is built."""

from __future__ import annotations


class LabError(Exception):
    """The lab cannot be built or used; the text says why, and where to look."""
