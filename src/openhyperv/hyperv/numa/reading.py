"""A host's NUMA nodes with the machines on them, and which of those might not start again."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.facts import service_settings
from openhyperv.hyperv.numa.nodes import NumaNode, host_memories, joined, node_rows
from openhyperv.hyperv.numa.running import RunningMachine, read_running
from openhyperv.hyperv.values import text
from openhyperv.machine.start_order import may_not_start


@frozen
class HostNuma:
    """One reading. With ``is_spanning`` one node of a machine may lie on several of the host's."""

    nodes: tuple[NumaNode, ...]
    is_spanning: bool
    machines: tuple[RunningMachine, ...]

    def on(self, node: int) -> tuple[RunningMachine, ...]:
        """The machines that have memory of a node."""
        return tuple(machine for machine in self.machines if node in machine.host_nodes)


def read_numa(session: Session) -> HostNuma:
    """Eight queries, however many machines run, of which most are under way at the same time."""
    spanning = session.aside(lambda: service_settings(session).get("NumaSpanningEnabled") is True)
    running = session.aside(lambda: read_running(session))
    nodes = read_nodes(session)
    machines = running() if spanning() else _with_risks(nodes, running())
    return HostNuma(nodes, spanning(), machines)


def _with_risks(nodes: Sequence[NumaNode], machines: Sequence[RunningMachine]) -> tuple[RunningMachine, ...]:
    """With spanning only all of the memory counts, and that suffices, since the machines run now."""
    demands = [machine.demand for machine in machines]
    endangered = may_not_start([node.memory_mb for node in nodes], demands)
    return tuple(evolve(machine, may_not_start_again=machine.demand in endangered) for machine in machines)


def read_nodes(session: Session) -> tuple[NumaNode, ...]:
    """The host's nodes, in two queries."""
    rows = node_rows(session)
    host = text(rows[0], "SystemName") if rows else ""
    return joined(rows, host_memories(session, host) if rows else {})
