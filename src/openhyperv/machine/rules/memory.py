"""How much memory, and whether Hyper-V may balance it."""

from __future__ import annotations

from openhyperv.machine.host_version import HostVersion
from openhyperv.machine.limits import MEMORY_MIN_MB, MEMORY_STEP_MB, limits_of
from openhyperv.machine.memory import Memory
from openhyperv.machine.numa import NumaTopology
from openhyperv.machine.remarks import Remarks
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.dynamic_memory import dynamic_memory_of
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule


def memory_of(
    request: MachineRequest,
    generation: Generation,
    numa: NumaTopology | None,
    forbids_dynamic: str | None,
    remarks: Remarks,
) -> Memory:
    """The memory: all of the flavor's, from the start or, where it is dynamic, at most.

    ``forbids_dynamic`` is what the machine has that dynamic memory does not go with; it is then switched off,
    and said. NUMA nodes bring their own sum.

    :raises BrokenRuleError: too little, too much, or bounds that cross
    """
    asked_mb = request.flavor.memory_mb if numa is None else numa.nodes * numa.memory_mb_per_node
    maximum_mb = _even(_within(asked_mb, generation, request.host), remarks)
    return dynamic_memory_of(request, maximum_mb, forbids_dynamic, remarks)


def _within(memory_mb: int, generation: Generation, host: HostVersion) -> int:
    most = limits_of(host, generation).memory_mb
    if MEMORY_MIN_MB <= memory_mb <= most:
        return memory_mb
    raise BrokenRuleError(
        Rule.MEMORY,
        "memory_mb",
        f"{memory_mb} MiB of memory; generation {generation} has {MEMORY_MIN_MB} to {most} MiB "
        f"on a host {host}.",
    )


def _even(memory_mb: int, remarks: Remarks) -> int:
    rounded_mb = memory_mb - memory_mb % MEMORY_STEP_MB
    if rounded_mb != memory_mb:
        remarks.add(
            f"The machine has {rounded_mb} MiB of memory instead of {memory_mb}: Hyper-V gives memory in "
            f"steps of {MEMORY_STEP_MB} MiB."
        )
    return rounded_mb
