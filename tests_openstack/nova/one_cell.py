"""A cell that is always the same, instead of Nova's fixture for many.

That one points the whole process at a cell at a time, under a lock which everybody waits for who does not say
which cell is meant. Where several threads write at once they wait for each other for ever.
"""

from __future__ import annotations

from typing import Any

from fixtures import MonkeyPatch
from nova.db.main import api
from nova.test import TestCase


def stay_in_one_cell(test: TestCase) -> None:
    """Let contexts name their cell, as in a real cloud, and be the only compute cell's where they do not."""
    cells: Any = api.get_context_manager.__self__

    def manager_of(context: Any) -> Any:
        return getattr(context, "db_connection", None) or cells._default_ctxt_mgr

    test.useFixture(MonkeyPatch("nova.context.target_cell", cells._real_target_cell))
    test.useFixture(MonkeyPatch("nova.db.main.api.get_context_manager", manager_of))
