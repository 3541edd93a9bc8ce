"""How many processors and how much memory."""

from __future__ import annotations

from openhyperv.machine.host_version import HostVersion
from openhyperv.machine.limits import MEMORY_MIN_MB, MEMORY_STEP_MB, limits_of
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule


def check_vcpus(vcpus: int, generation: Generation, host: HostVersion) -> int:
    """The number of virtual processors, if a machine of that generation can have it there.

    :raises BrokenRuleError: fewer than 1, or more than the release allows
    """
    most = limits_of(host, generation).vcpus
    if 1 <= vcpus <= most:
        return vcpus
    raise BrokenRuleError(
        Rule.VCPUS,
        "vcpus",
        f"{vcpus} virtual processors; generation {generation} has 1 to {most} on a host {host}.",
    )


def check_memory(memory_mb: int, generation: Generation, host: HostVersion) -> int:
    """The memory in MiB, if a machine of that generation can have it there.

    Hyper-V gives memory in steps of 2 MiB; an odd size is refused instead of silently changed.

    :raises BrokenRuleError: too small, too large or odd
    """
    most = limits_of(host, generation).memory_mb
    if not MEMORY_MIN_MB <= memory_mb <= most:
        raise BrokenRuleError(
            Rule.MEMORY,
            "memory_mb",
            f"{memory_mb} MiB of memory; generation {generation} has {MEMORY_MIN_MB} to {most} MiB "
            f"on a host {host}.",
        )
    if memory_mb % MEMORY_STEP_MB:
        raise BrokenRuleError(
            Rule.MEMORY,
            "memory_mb",
            f"{memory_mb} MiB of memory is not a multiple of {MEMORY_STEP_MB} MiB.",
            remedy=f"Use {memory_mb - 1} or {memory_mb + 1} MiB.",
        )
    return memory_mb
