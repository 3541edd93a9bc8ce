"""How large a machine may be, by release of Windows and generation.

Numbers are Microsoft's, "Plan for Hyper-V scalability in Windows Server" (Windows Server 2012 R2 to 2025).
"""

from __future__ import annotations

from attrs import frozen

from openhyperv.machine.drives import DiskFormat
from openhyperv.machine.host_version import (
    WINDOWS_2012,
    WINDOWS_2016,
    WINDOWS_2019,
    WINDOWS_2022,
    WINDOWS_2025,
    HostVersion,
)
from openhyperv.machine.spec import Generation

GIB = 1024**3
_TIB_IN_MIB = 1024**2

NAME_MAX_UTF16_UNITS = 100
MEMORY_MIN_MB = 32  # UNVERIFIED: the least memory Hyper-V accepts for a machine is 32 MiB
MEMORY_STEP_MB = 2
IDE_CONTROLLERS = 2
IDE_LOCATIONS = 2
SCSI_CONTROLLERS = 4
SCSI_LOCATIONS = 64
SERIAL_PORTS = 2

DISK_MAX_BYTES = {DiskFormat.VHD: 2040 * GIB, DiskFormat.VHDX: 64 * 1024 * GIB}
DISK_SIZE_STEP_BYTES = {DiskFormat.VHD: 512, DiskFormat.VHDX: 4096}


@frozen
class Limits:
    """The most one machine may have."""

    vcpus: int
    memory_mb: int
    network_adapters: int


@frozen
class _Release:
    since: HostVersion
    generation_2: Limits

    @property
    def generation_1(self) -> Limits:
        return Limits(64, _TIB_IN_MIB, self.generation_2.network_adapters)


_RELEASES = (
    _Release(WINDOWS_2025, Limits(2048, 240 * _TIB_IN_MIB, 64)),
    _Release(WINDOWS_2022, Limits(1024, 12 * _TIB_IN_MIB, 64)),
    _Release(WINDOWS_2019, Limits(240, 12 * _TIB_IN_MIB, 64)),
    _Release(WINDOWS_2016, Limits(240, 12 * _TIB_IN_MIB, 8)),
    _Release(WINDOWS_2012, Limits(64, _TIB_IN_MIB, 8)),
)


def limits_of(host: HostVersion, generation: Generation) -> Limits:
    """The limits for a machine of that generation; a host between two releases has the older one's."""
    release = next((each for each in _RELEASES if host >= each.since), _RELEASES[-1])
    return release.generation_1 if generation is Generation.ONE else release.generation_2
