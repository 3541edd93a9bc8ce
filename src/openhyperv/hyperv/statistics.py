"""What a host has, and how much of it is free: processors, memory, NUMA nodes, drives and switches."""

from __future__ import annotations

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.facts import CIMV2, operating_system
from openhyperv.hyperv.numa.nodes import NumaNode
from openhyperv.hyperv.numa.reading import read_nodes
from openhyperv.hyperv.switches.finding import VirtualSwitch, list_switches
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
class HostHardware:
    """What a host is built of, which stays while it runs."""

    sockets: tuple[Socket, ...]
    numa_nodes: tuple[NumaNode, ...]

    @property
    def logical_processors(self) -> int:
        """How many threads run at the same time."""
        return sum(socket.logical_processors for socket in self.sockets)


@frozen
class HostSpace:
    """How much there is of what machines use up, and how much of it is free."""

    name: str
    version: HostVersion
    memory_mb: int
    free_memory_mb: int
    drives: tuple[Drive, ...]

    def drive_of(self, path: str) -> Drive:
        """The drive that a path such as ``C:\\OpenHyperV`` is on.

        :raises NotFoundError: the host has no such drive
        """
        name = path[:2].upper()
        found = next((drive for drive in self.drives if drive.name.upper() == name), None)
        if found is None:
            raise NotFoundError("The host has no such drive.", host=self.name, target=path)
        return found


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
    space = session.aside(lambda: read_space(session))
    switches = session.aside(lambda: tuple(list_switches(session)))
    hardware = read_hardware(session)
    about = space()
    return HostStatistics(
        name=about.name,
        version=about.version,
        memory_mb=about.memory_mb,
        free_memory_mb=about.free_memory_mb,
        sockets=hardware.sockets,
        numa_nodes=hardware.numa_nodes,
        drives=about.drives,
        switches=switches(),
    )


def read_hardware(session: Session) -> HostHardware:
    """Three queries."""
    sockets = session.aside(lambda: _sockets(session))
    nodes = read_nodes(session)
    return HostHardware(sockets(), nodes)


def read_space(session: Session) -> HostSpace:
    """Two queries.

    :raises NotFoundError: the host does not tell what it is
    """
    drives = session.aside(lambda: _drives(session))
    system = operating_system(session)
    return HostSpace(
        name=text(system, "CSName"),
        version=HostVersion.parse(text(system, "Version")),
        memory_mb=number(system, "TotalVisibleMemorySize") // 1024,
        free_memory_mb=number(system, "FreePhysicalMemory") // 1024,
        drives=drives(),
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
