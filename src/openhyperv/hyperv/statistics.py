"""What a host has, and how much of it is free: processors, memory, NUMA nodes, drives and switches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.facts import CIMV2, operating_system
from openhyperv.hyperv.switches import VirtualSwitch, list_switches
from openhyperv.hyperv.values import number, text
from openhyperv.machine.host_version import HostVersion
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import equal, select

_MIB = 1024**2
_LOCAL_DISK = 3
"""DriveType of Win32_LogicalDisk."""


@frozen
class Socket:
    """One processor package."""

    name: str
    manufacturer: str
    architecture: int
    clock_mhz: int
    cores: int
    logical_processors: int


@frozen
class NumaNode:
    """One node with what is in it; ``free_memory_mb`` is what machines can still take of it."""

    number: int
    logical_processors: int
    memory_mb: int
    free_memory_mb: int


@frozen
class Drive:
    """A local drive, such as ``C:``."""

    name: str
    size_bytes: int
    free_bytes: int


@frozen
class HostStatistics:
    """One reading of a host."""

    name: str
    version: HostVersion
    memory_mb: int
    free_memory_mb: int
    sockets: tuple[Socket, ...]
    numa_nodes: tuple[NumaNode, ...]
    drives: tuple[Drive, ...]
    switches: tuple[VirtualSwitch, ...]

    @property
    def logical_processors(self) -> int:
        """How many threads run at the same time."""
        return sum(socket.logical_processors for socket in self.sockets)


def read_statistics(session: Session) -> HostStatistics:
    """Six queries, however large the host is, of which most are under way at the same time.

    :raises NotFoundError: the host does not tell what it is
    """
    nodes = session.aside(lambda: list(session.query(select("Msvm_NumaNode", *_NODE_COLUMNS))))
    sockets = session.aside(lambda: _sockets(session))
    system = operating_system(session)
    drives = session.aside(lambda: _drives(session))
    switches = session.aside(lambda: tuple(list_switches(session)))
    memories = _memories(session, text(system, "CSName"))
    return HostStatistics(
        name=text(system, "CSName"),
        version=HostVersion.parse(text(system, "Version")),
        memory_mb=number(system, "TotalVisibleMemorySize") // 1024,
        free_memory_mb=number(system, "FreePhysicalMemory") // 1024,
        sockets=sockets(),
        numa_nodes=_numa_nodes(nodes(), memories),
        drives=drives(),
        switches=switches(),
    )


_SOCKET_COLUMNS = (
    "Name",
    "Manufacturer",
    "Architecture",
    "MaxClockSpeed",
    "NumberOfCores",
    "NumberOfLogicalProcessors",
)


def _sockets(session: Session) -> tuple[Socket, ...]:
    rows = session.query(select("Win32_Processor", *_SOCKET_COLUMNS), CIMV2)
    return tuple(
        Socket(
            text(row, "Name").strip(),
            text(row, "Manufacturer"),
            number(row, "Architecture"),
            number(row, "MaxClockSpeed"),
            number(row, "NumberOfCores"),
            number(row, "NumberOfLogicalProcessors"),
        )
        for row in rows
    )


_NODE_COLUMNS = (
    "NodeID",
    "NumberOfLogicalProcessors",
    "CurrentlyConsumableMemoryBlocks",
)


def _memories(session: Session, host: str) -> Mapping[str, Instance]:
    """The host's own memories by number; running machines have memories as well."""
    query = select("Msvm_Memory", "DeviceID", "BlockSize", "NumberOfBlocks").where(equal("SystemName", host))
    return {text(row, "DeviceID").rpartition("\\")[2]: row for row in session.query(query)}


def _numa_nodes(rows: Iterable[Instance], memories: Mapping[str, Instance]) -> tuple[NumaNode, ...]:
    """The nodes, joined to their memory by number: both are named after it, as recorded from real hosts."""
    nodes = (_numa_node(row, memories) for row in rows)
    return tuple(sorted(nodes, key=lambda node: node.number))


def _numa_node(row: Instance, memories: Mapping[str, Instance]) -> NumaNode:
    node = text(row, "NodeID").rpartition("\\")[2]
    memory = memories.get(node)
    block_bytes = 0 if memory is None else number(memory, "BlockSize")
    blocks = 0 if memory is None else number(memory, "NumberOfBlocks")
    return NumaNode(
        int(node),
        number(row, "NumberOfLogicalProcessors"),
        blocks * block_bytes // _MIB,
        number(row, "CurrentlyConsumableMemoryBlocks") * block_bytes // _MIB,
    )


def _drives(session: Session) -> tuple[Drive, ...]:
    query = select("Win32_LogicalDisk", "DeviceID", "Size", "FreeSpace").where(
        equal("DriveType", _LOCAL_DISK)
    )
    rows = session.query(query, CIMV2)
    return tuple(Drive(text(row, "DeviceID"), number(row, "Size"), number(row, "FreeSpace")) for row in rows)
