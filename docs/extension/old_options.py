"""What became of the options of the old drivers."""

from __future__ import annotations

from extension.markdown import code, escape, table
from openhyperv.nova.status.old_options import OLD_OPTIONS


def old_options() -> str:
    """Each with its successor, or why it has none."""
    rows = [
        (code(option.name), code(option.successor) if option.successor else "", escape(option.note))
        for option in OLD_OPTIONS
    ]
    return table(("[hyperv]", "now", "note"), rows)
