"""What a host has, and how much of it is free: processors, memory, NUMA nodes, drives and switches."""

from __future__ import annotations

from collections.abc import Mapping

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
    """Six queries, however large the host is.

    :raises NotFoundError: the host does not tell what it is
    """
    system = operating_system(session)
    return HostStatistics(
        name=text(system, "CSName"),
        version=HostVersion.parse(text(system, "Version")),
        memory_mb=number(system, "TotalVisibleMemorySize") // 1024,
        free_memory_mb=number(system, "FreePhysicalMemory") // 1024,
        sockets=_sockets(session),
        numa_nodes=_numa_nodes(session, text(system, "CSName")),
        drives=_drives(session),
        switches=tuple(list_switches(session)),
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


def _numa_nodes(session: Session, host: str) -> tuple[NumaNode, ...]:
    """The nodes, joined to their memory by number: both are named after it, as recorded from real hosts.

    Running machines have memories as well.
    """
    query = select("Msvm_Memory", "DeviceID", "BlockSize", "NumberOfBlocks").where(equal("SystemName", host))
    memories = {text(row, "DeviceID").rpartition("\\")[2]: row for row in session.query(query)}
    nodes = (_numa_node(row, memories) for row in session.query(select("Msvm_NumaNode", *_NODE_COLUMNS)))
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
