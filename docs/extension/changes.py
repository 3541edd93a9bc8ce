"""The fragments of the changelog, put together."""

from __future__ import annotations

from pathlib import Path

_FRAGMENTS = Path(__file__).parents[2] / "changelog.d"
_KINDS = {"added": "New", "changed": "Changed", "fixed": "Fixed", "removed": "Removed"}


def changes() -> str:
    """Every fragment, by its kind; one of a kind that there is not stops the build."""
    files = sorted(file for file in _FRAGMENTS.glob("*.md") if file.name != "README.md")
    strangers = [file.name for file in files if _kind(file) not in _KINDS]
    if strangers:
        raise LookupError(f"These are of no kind: {strangers}.")
    return "\n".join(
        _section(title, [f for f in files if _kind(f) == kind]) for kind, title in _KINDS.items()
    )


def _kind(file: Path) -> str:
    return file.name.split(".")[-2]


def _section(title: str, files: list[Path]) -> str:
    if not files:
        return ""
    entries = "\n".join(f"- {' '.join(file.read_text('utf-8').split())}" for file in files)
    return f"## {title}\n\n{entries}\n"
