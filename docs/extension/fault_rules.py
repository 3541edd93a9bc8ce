"""What rules of the emulated host can make go wrong."""

from __future__ import annotations

import attrs

from extension.markdown import code, escape, table
from openhyperv.emulator.rules.actions import Action
from openhyperv.emulator.rules.reading import ACTIONS


def fault_actions() -> str:
    """Every action with its own keys."""
    rows = [(code(name), escape(kind.__doc__ or ""), _keys(kind)) for name, kind in ACTIONS.items()]
    return table(("action", "what happens", "keys of its own"), rows)


def _keys(kind: type[Action]) -> str:
    shared = attrs.fields_dict(Action)
    return ", ".join(code(each.name) for each in attrs.fields(kind) if each.name not in shared)
