"""What the emulated host answers: its ``/about`` page for Windows Server 2025."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from extension.markdown import code, escape, table
from openhyperv.emulator.about import ClassCoverage, Coverage, Status, about, coverage, verified
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.emulator.guests.state_only import StateOnlyRunner
from openhyperv.emulator.host.hardware import Hardware
from openhyperv.emulator.host.opening import open_host
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.providers.host_services import host_providers
from openhyperv.emulator.providers.virtual_machines import virtual_machine_providers


@cache
def _registry() -> Registry:
    """What answers on a Windows Server 2025; nothing is running behind it any more."""
    with TemporaryDirectory() as folder:
        host = open_host("DOCS", Profile.named("2025"), Path(folder), StateOnlyRunner(), Hardware())
        try:
            return Registry(host.schema, [*host_providers(host), *virtual_machine_providers(host)])
        finally:
            host.close()


def coverage_counts() -> str:
    """How many classes and methods are how far."""
    counts: Any = about(_registry())["counts"]
    rows = [(what, *(f"{counts[what][status]:,}" for status in Status)) for what in ("classes", "methods")]
    return table(("", *Status), rows)


def classes_and_methods() -> str:
    """Every class that answers, with its methods, by namespace."""
    listed = coverage(_registry(), verified())
    answering = [each for each in listed if each.itself.status is not Status.ABSENT]
    return "\n".join(
        f"## {namespace}\n\n" + table(("class", "status", "methods that answer", "absent methods"), rows)
        for namespace, rows in _by_namespace(answering)
    )


def _by_namespace(classes: list[ClassCoverage]) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    for namespace in sorted({each.namespace for each in classes}):
        yield namespace, [_row(each) for each in classes if each.namespace == namespace]


def _row(each: ClassCoverage) -> tuple[str, ...]:
    answering = [method for method in each.methods if method.answers]
    absent = [method for method in each.methods if not method.answers]
    return (
        code(each.itself.name),
        _status(each.itself),
        ", ".join(_method(method) for method in answering),
        ", ".join(code(method.name) for method in absent) if answering else _all(absent),
    )


def _all(absent: list[Coverage]) -> str:
    return f"all {len(absent)}" if absent else ""


def _method(method: Coverage) -> str:
    mark = f" ({escape(', '.join(method.verified_by))})" if method.verified_by else ""
    return code(method.name) + mark


def _status(part: Coverage) -> str:
    by = f": {escape(', '.join(part.verified_by))}" if part.verified_by else ""
    return f"{part.status.value}{by}"
