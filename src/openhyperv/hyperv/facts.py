"""What a host is: Windows version, size, clock, and where Hyper-V keeps things."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import AccessDeniedError, NotFoundError
from openhyperv.hyperv.values import moment, number, text
from openhyperv.machine.host_version import HostVersion
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import select

CIMV2 = "root/cimv2"
STANDARD_CIMV2 = "root/standardcimv2"


@frozen
class HostFacts:
    """One reading of a host. ``clock_ahead_s`` is how far its clock is ahead of ours; negative is behind."""

    name: str
    product: str
    version: HostVersion
    memory_mb: int
    free_memory_mb: int
    clock_ahead_s: float
    machine_files: str
    disk_files: str

    @property
    def clock_text(self) -> str:
        """For people: ``1.5 s behind this machine``."""
        return clock_text(self.clock_ahead_s)


def read_facts(session: Session) -> HostFacts:
    """Two queries: the operating system, and the settings of Hyper-V's management service.

    :raises NotFoundError: the host has no Hyper-V
    :raises AccessDeniedError: the account may not use Hyper-V: it is shown nothing, which is not an error
        on the wire
    """
    system = operating_system(session)
    ahead_s = clock_ahead_s(system)
    service = service_settings(session)
    return HostFacts(
        name=text(system, "CSName"),
        product=text(system, "Caption"),
        version=HostVersion.parse(text(system, "Version")),
        memory_mb=number(system, "TotalVisibleMemorySize") // 1024,
        free_memory_mb=number(system, "FreePhysicalMemory") // 1024,
        clock_ahead_s=ahead_s,
        machine_files=text(service, "DefaultExternalDataRoot"),
        disk_files=text(service, "DefaultVirtualHardDiskPath"),
    )


def clock_ahead_s(system: Instance) -> float:
    """How far the clock of an operating system, read just now, is ahead of ours."""
    now = datetime.now(UTC)
    return ((moment(system, "LocalDateTime") or now) - now) / timedelta(seconds=1)


def clock_text(ahead_s: float) -> str:
    """For people: ``1.5 s behind this machine``."""
    return f"{abs(ahead_s):.1f} s {'ahead of' if ahead_s > 0 else 'behind'} this machine"


def service_settings(session: Session) -> Instance:
    """The settings of Hyper-V's management service.

    :raises NotFoundError, AccessDeniedError: as for :func:`read_facts`
    """
    query = select("Msvm_VirtualSystemManagementServiceSettingData")
    found = next(session.query(query), None)
    if found is None:
        raise AccessDeniedError(
            "The host shows this account nothing of Hyper-V.",
            host=session.host,
            operation="read the settings of Hyper-V",
            remedy="Add the account to the group Hyper-V Administrators on the host.",
        )
    return found


_COLUMNS = (
    "CSName",
    "Caption",
    "Version",
    "TotalVisibleMemorySize",
    "FreePhysicalMemory",
    "LocalDateTime",
)


def operating_system(session: Session) -> Instance:
    """What the host says of its Windows, clock and memory."""
    found = next(session.query(select("Win32_OperatingSystem", *_COLUMNS), CIMV2), None)
    if found is None:
        raise NotFoundError("The host does not tell what it is.", host=session.host)
    return found


def host_version(session: Session) -> HostVersion:
    """The host's release of Windows, in one query."""
    return HostVersion.parse(text(operating_system(session), "Version"))
