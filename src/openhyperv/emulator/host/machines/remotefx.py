"""RemoteFX: what a 3D display may ask for, and the graphics memory that running virtual machines take.

Monitors per resolution: Microsoft, "RemoteFX vGPU setup and configuration"; os-win has the same tables.
What a host says that cannot start such a VM: Microsoft, support article 4570006.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.hardware import Gpu
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Resource

_MONITORS_BEFORE_2016: Mapping[int, int] = {0: 4, 1: 4, 2: 3, 3: 2, 4: 1}
_MONITORS: Mapping[int, int] = {0: 8, 1: 8, 2: 4, 3: 4, 4: 2, 5: 1}
"""The most monitors for each value of MaximumScreenResolution."""
_VIDEO_MEMORY_SIZES = frozenset(size_mb << 20 for size_mb in (64, 128, 256, 512, 1024))
"""VRAMSizeBytes."""


def check_display_3d(display: Resource, configuration: Configuration, profile: Profile) -> None:
    """Refuse a display that RemoteFX does not make.

    :raises MethodFailure: with 32773
    """
    is_new = profile.has(Release.WS2016)
    if configuration.generation == 2 and not is_new:
        _refuse("RemoteFX is for generation 1 before Windows Server 2016.")
    most = (_MONITORS if is_new else _MONITORS_BEFORE_2016).get(display.number("MaximumScreenResolution"))
    if most is None or not 1 <= display.number("MaximumMonitors") <= most:
        _refuse("There are not so many monitors of that resolution.")
    if is_new and display.number("VRAMSizeBytes") not in _VIDEO_MEMORY_SIZES:
        _refuse("VRAMSizeBytes must be 64, 128, 256, 512 or 1024 MiB.")


def _refuse(reason: str) -> None:
    raise MethodFailure(Code.INVALID_PARAMETER, reason)


def display_3d_of(configuration: Configuration) -> Resource | None:
    """A VM's RemoteFX display."""
    return next((r for r in configuration.resources() if r.kind is resources.DISPLAY_3D), None)


def _video_memory(configuration: Configuration) -> int:
    display = display_3d_of(configuration)
    # UNVERIFIED: before 2016, which has no VRAMSizeBytes, a display takes the least that 2016 gives
    return (display.number("VRAMSizeBytes") or min(_VIDEO_MEMORY_SIZES)) if display else 0


def available_video_memory(
    gpus: Iterable[Gpu], systems: Iterable[VirtualSystem]
) -> Iterator[tuple[Gpu, int]]:
    """Each graphics processor with the bytes of memory that running VMs leave; the first is filled first."""
    used = sum(_video_memory(system.configuration) for system in systems if system.state.is_on)
    for gpu in gpus:
        taken = min(used, gpu.memory_mb << 20) if gpu.is_enabled else 0
        used -= taken
        yield gpu, (gpu.memory_mb << 20) - taken


def check_video_memory(
    configuration: Configuration, gpus: Iterable[Gpu], others: Iterable[VirtualSystem]
) -> None:
    """Refuse to start a VM with a RemoteFX display that no graphics processor has room for.

    :raises JobFailure: none is enabled, or all are full
    """
    wanted = _video_memory(configuration)
    if not wanted:
        return
    free = [left for gpu, left in available_video_memory(gpus, others) if gpu.is_enabled]
    if not free:
        raise JobFailure(Code.FAILED, "All the RemoteFX-capable GPUs are disabled in Hyper-V Manager.")
    if max(free) < wanted:
        raise JobFailure(Code.FAILED, "The server has insufficient GPU resources.")
