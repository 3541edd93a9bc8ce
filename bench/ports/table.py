"""How fast ports are bound, as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from bench.ports.results import PortResult

_VERDICTS = {True: "[green]met[/green]", False: "[red]missed[/red]", None: ""}
_COLUMNS = ("workers", "delay", "ports", "requests each", "KiB each", "ports/s", "CPU ms: agent, host")


def port_table(results: Sequence[PortResult]) -> Table:
    """One line for each way, number of workers and delay; speeds are least, median and most."""
    table = Table("way", title="Binding ports: VLAN, 10 rules")
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    table.add_column("")
    for result in results:
        low, middle, high = result.speeds
        table.add_row(
            result.way.value,
            str(result.workers),
            f"{result.delay_s * 1000:g} ms",
            f"{result.ports:,}",
            f"{result.requests_per_port:.2f}",
            f"{result.kib_per_port:,.0f}",
            f"{middle:.1f} ({low:.1f} to {high:.1f})",
            f"{result.agent_cpu_ms:.1f}, {result.host_cpu_ms:.1f}",
            _VERDICTS[result.is_met],
        )
    return table
