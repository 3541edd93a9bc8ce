"""What a host has, and how much of it is free: processors, memory, NUMA nodes, drives and switches."""

from __future__ import annotations

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.facts import CIMV2, operating_system
from openhyperv.hyperv.numa.nodes import NumaNode, host_memories, joined, node_rows
from openhyperv.hyperv.switches import VirtualSwitch, list_switches
from openhyperv.hyperv.values import number, text
from openhyperv.machine.host_version import HostVersion
from openhyperv.wire.wql import equal, select

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
    nodes = session.aside(lambda: node_rows(session))
    sockets = session.aside(lambda: _sockets(session))
    system = operating_system(session)
    drives = session.aside(lambda: _drives(session))
    switches = session.aside(lambda: tuple(list_switches(session)))
    memories = host_memories(session, text(system, "CSName"))
    return HostStatistics(
        name=text(system, "CSName"),
        version=HostVersion.parse(text(system, "Version")),
        memory_mb=number(system, "TotalVisibleMemorySize") // 1024,
        free_memory_mb=number(system, "FreePhysicalMemory") // 1024,
        sockets=sockets(),
        numa_nodes=joined(nodes(), memories),
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


def _drives(session: Session) -> tuple[Drive, ...]:
    query = select("Win32_LogicalDisk", "DeviceID", "Size", "FreeSpace").where(
        equal("DriveType", _LOCAL_DISK)
    )
    rows = session.query(query, CIMV2)
    return tuple(Drive(text(row, "DeviceID"), number(row, "Size"), number(row, "FreeSpace")) for row in rows)
