"""What is supported: the matrix that the tests make of themselves."""

from __future__ import annotations

from tests.capability_table import Capability, Proof, Subject, subjects

from extension.markdown import code, escape, table


def capability_counts() -> str:
    """How many capabilities are proved, and how many of these by a guest."""
    rows = [capability for subject in subjects() for capability in subject.capabilities]
    proved = [row for row in rows if row.proofs]
    seen = [row for row in proved if _is_seen(row)]
    counts = (len(rows), len(proved), len(seen), len(rows) - len(proved))
    return table(("capabilities", "proved", "seen by a real guest", "not done"), [tuple(map(str, counts))])


def capabilities() -> str:
    """Every capability, by subject."""
    return "\n".join(_section(subject) for subject in subjects())


def _section(subject: Subject) -> str:
    rows = [_cells(row) for row in subject.capabilities]
    return f"## {subject.letter}. {subject.title}\n\n" + table(
        ("", "capability", "supported", "guest", "proved by, or why not"), rows
    )


def _cells(row: Capability) -> tuple[str, ...]:
    supported = "yes" if row.proofs else "not done"
    guest = "seen" if _is_seen(row) else ""
    return row.identifier, escape(row.title), supported, guest, _because(row)


def _is_seen(row: Capability) -> bool:
    return any(proof.in_guest for proof in row.proofs)


def _because(row: Capability) -> str:
    """The tests, those with a guest first, or the reason."""
    tests: list[Proof] = sorted(row.proofs, key=lambda proof: not proof.in_guest)
    return "<br>".join(code(proof.test) for proof in tests) if tests else escape(row.not_done)
