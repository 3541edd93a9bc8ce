"""What processors and memory a virtual machine can have, and what of them may change while it runs.

Sources: Microsoft's pages of Msvm_ProcessorSettingData and Msvm_MemorySettingData, "Plan for Hyper-V
scalability", "Features and supported VM configuration versions", "Run Hyper-V in a Virtual Machine with
Nested Virtualization", and what real hosts refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Resource

MEMORY_STEP_MB = 2
SMALLEST_MEMORY_MB = 32
HIGHEST_WEIGHT = 10_000
"""Of both processor and memory."""
SHARE = 100_000
"""All of a processor, in thousandths of a percent."""
BUFFER_PERCENT = range(5, 2001)
NESTING_VERSION = (8, 0)
MEMORY_RESIZE_VERSION = (6, 2)


def check_processor(processor: Resource, configuration: Configuration, profile: Profile) -> None:
    """Refuse processors that no VM can have.

    :raises MethodFailure: with 32773
    """
    most = profile.maximum_processors(configuration.generation)
    _demand(1 <= processor.number("VirtualQuantity") <= most, f"A VM has 1 to {most} processors.")
    reservation, limit = processor.number("Reservation"), processor.number("Limit")
    _demand(reservation <= limit <= SHARE, "Reservation is above Limit, or Limit above 100 percent.")
    _demand(1 <= processor.number("Weight") <= HIGHEST_WEIGHT, "Weight must be 1 to 10000.")
    for name in ("MaxProcessorsPerNumaNode", "MaxNumaNodesPerSocket"):
        _demand(processor.number(name) >= 1, f"{name} must be 1 at least.")
    _check_nesting(configuration)


def check_memory(memory: Resource, configuration: Configuration, profile: Profile) -> None:
    """Refuse memory that no VM can have.

    :raises MethodFailure: with 32773
    """
    most_mb = profile.maximum_memory_mb(configuration.generation)
    startup_mb = memory.number("VirtualQuantity")
    _check_size(startup_mb, most_mb)
    _demand(memory.number("Weight") <= HIGHEST_WEIGHT, "Weight must be 0 to 10000.")
    _demand(memory.number("MaxMemoryBlocksPerNumaNode") >= 1, "A NUMA node has 1 MB at least.")
    if memory.value("DynamicMemoryEnabled") is not True:
        return
    minimum_mb, maximum_mb = memory.number("Reservation"), memory.number("Limit")
    for size_mb in (minimum_mb, maximum_mb):
        _check_size(size_mb, most_mb)
    in_order = minimum_mb <= startup_mb <= maximum_mb
    _demand(in_order, "Minimum, startup and maximum memory are out of order.")
    buffer_percent = memory.number("TargetMemoryBuffer")
    _demand(buffer_percent in BUFFER_PERCENT, "TargetMemoryBuffer must be 5 to 2000 percent.")
    _check_nesting(configuration)


def _check_size(size_mb: int, most_mb: int) -> None:
    _demand(size_mb % MEMORY_STEP_MB == 0, f"{size_mb} MB is not a multiple of 2 MB.")
    _demand(SMALLEST_MEMORY_MB <= size_mb <= most_mb, f"A VM has {SMALLEST_MEMORY_MB} to {most_mb} MB.")


def _check_nesting(configuration: Configuration) -> None:
    """Nested virtualization came with version 8.0; hosts were seen to refuse dynamic memory besides it."""
    processor = next(configuration.of_class(resources.PROCESSOR.class_name))
    memory = next(configuration.of_class(resources.MEMORY.class_name))
    if processor.value("ExposeVirtualizationExtensions") is not True:
        return
    # UNVERIFIED: the code for a VM whose configuration version is too old for it
    is_old = version_of(configuration) < NESTING_VERSION
    _demand(not is_old, "Nested virtualization needs configuration version 8.0.")
    dynamic = memory.value("DynamicMemoryEnabled") is True
    _demand(not dynamic, "Dynamic memory and nested virtualization exclude each other.")


def memory_refused_while_running(
    memory: Resource, changed: Resource, configuration: Configuration, profile: Profile
) -> Iterable[str]:
    """The properties in which ``changed`` differs from a running VM's ``memory`` though they cannot.

    Static memory changes since 2016, in VMs of version 6.2 at least. Of dynamic memory the minimum may become
    less and the maximum more, but the startup memory stays (Microsoft, "Hyper-V Dynamic Memory Overview").
    """
    names = {name for name in memory.merged() if memory.value(name) != changed.value(name)}
    allowed = {"Weight", "TargetMemoryBuffer"}
    if memory.value("DynamicMemoryEnabled") is True:
        if changed.number("Reservation") < memory.number("Reservation"):
            allowed.add("Reservation")
        if changed.number("Limit") > memory.number("Limit"):
            allowed.add("Limit")
    elif profile.has(Release.WS2016) and version_of(configuration) >= MEMORY_RESIZE_VERSION:
        allowed |= {"VirtualQuantity", "Reservation", "Limit"}
    return sorted(names - allowed)


def version_of(configuration: Configuration) -> tuple[int, ...]:
    """The configuration version as numbers."""
    return tuple(int(part) for part in configuration.text("Version").split("."))


def _demand(condition: bool, reason: str) -> None:
    if not condition:
        raise MethodFailure(Code.INVALID_PARAMETER, reason)
