"""Exit codes, from the table that ``hv`` itself uses."""

from __future__ import annotations

from extension.markdown import escape, table
from openhyperv.cli.exit_codes import EXIT_CODES, meanings


def exit_codes() -> str:
    """Every exit code with its error class."""
    names = {number: kind.__name__ for kind, (number, _) in EXIT_CODES.items()}
    rows = [
        (
            str(number),
            f"{{py:class}}`~openhyperv.errors.{names[number]}`" if number in names else "",
            escape(text),
        )
        for number, text in meanings().items()
    ]
    return table(("code", "error", "meaning"), rows)
