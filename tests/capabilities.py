"""The mark that says which capability a test proves, and whether a real guest showed it.

    @shows("F9", "F10", guest=True)
    def test_...

The support matrix in ``docs/reference/support.md`` is made from these marks.
"""

from __future__ import annotations

import pytest


def shows(*capabilities: str, guest: bool = False) -> pytest.MarkDecorator:
    """Mark a test as the proof of capabilities; ``guest`` where a guest that booted saw the effect."""
    return pytest.mark.shows(*capabilities, guest=guest)
