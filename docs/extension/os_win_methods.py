"""What became of os-win's public methods: the table that its tests make of themselves."""

from __future__ import annotations

from collections import Counter

from tests.oswin.table import Outcome, Row, rows

from extension.markdown import code, escape, table


def os_win_counts() -> str:
    """How many methods do what."""
    counts = Counter(row.outcome for row in rows())
    return table(("", *Outcome), [("methods", *(str(counts[outcome]) for outcome in Outcome))])


def os_win_methods() -> str:
    """Every public method, by module and class."""
    owners = sorted({(row.method.module, row.method.class_name) for row in rows()})
    return "\n".join(
        f"## {module}.{class_name}\n\n"
        + table(
            ("method", "outcome", "proved by, or why not"),
            [
                _cells(row)
                for row in rows()
                if (row.method.module, row.method.class_name) == (module, class_name)
            ],
        )
        for module, class_name in owners
    )


def _cells(row: Row) -> tuple[str, ...]:
    return code(row.method.name), row.outcome.value, _because(row)


def _because(row: Row) -> str:
    return ", ".join(code(test) for test in row.tests) if row.tests else escape(row.why)
