"""Processor time of a process, as Linux accounts for it."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def processor_time_s(process_id: int) -> float:
    """User and system time of a process, from proc(5); 0 for a process that is gone."""
    try:
        text = Path(f"/proc/{process_id}/stat").read_text("utf-8", "replace")
    except OSError:
        return 0.0
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
