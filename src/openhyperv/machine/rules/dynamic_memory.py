"""Dynamic memory: what a machine starts with, and what Hyper-V may leave it."""

from __future__ import annotations

import re

from attrs import evolve

from openhyperv.machine.limits import MEMORY_MIN_MB, MEMORY_STEP_MB
from openhyperv.machine.memory import Memory
from openhyperv.machine.properties import Flavor
from openhyperv.machine.remarks import Remarks
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.reading import whole_number
from openhyperv.machine.violations import BrokenRuleError, Rule

RATIO = "hyperv:dynamic_memory_ratio"
MINIMUM = "hyperv:minimum_memory_mb"
STARTUP = "hyperv:startup_memory_mb"
BUFFER = "hyperv:memory_buffer_percent"
WEIGHT = "hyperv:memory_weight"

RATIO_FORM = re.compile(r"[1-9]\d{0,3}(\.\d{1,6})?", re.ASCII)
BUFFERS = range(5, 2001)
"""Msvm_MemorySettingData.TargetMemoryBuffer."""
WEIGHTS = range(10_001)
"""Msvm_MemorySettingData.Weight."""


def dynamic_memory_of(
    request: MachineRequest, maximum_mb: int, forbidden_by: str | None, remarks: Remarks
) -> Memory:
    """Memory up to ``maximum_mb``, of which a machine starts with its share by the ratio, and keeps it.

    Extra specs that name the start or the minimum go before the ratio.

    :raises BrokenRuleError: a ratio below 1, a size outside of the others, or a value that is no number
    """
    share_mb = _share(_ratio(request), maximum_mb)
    flavor = request.flavor
    minimum_mb = _size(flavor, MINIMUM, range(MEMORY_MIN_MB, maximum_mb + 1), remarks)
    least_mb = MEMORY_MIN_MB if minimum_mb is None else minimum_mb
    startup_mb = _size(flavor, STARTUP, range(least_mb, maximum_mb + 1), remarks)
    startup_mb = max(share_mb, least_mb) if startup_mb is None else startup_mb
    memory = Memory(startup_mb, min(share_mb, startup_mb) if minimum_mb is None else minimum_mb, maximum_mb)
    if memory.is_dynamic and forbidden_by:
        remarks.add(f"Dynamic memory is off: it does not go with {forbidden_by}.")
        memory = Memory.static(maximum_mb)
    return _balanced(memory, flavor)


def _ratio(request: MachineRequest) -> float:
    value = request.flavor.get(RATIO)
    if value is None:
        return _checked(request.policy.dynamic_memory_ratio, str(request.policy.dynamic_memory_ratio))
    return _checked(float(value) if RATIO_FORM.fullmatch(value) else 0.0, value)


def _checked(ratio: float, text: str) -> float:
    if ratio >= 1:
        return ratio
    raise BrokenRuleError(
        Rule.DYNAMIC_MEMORY,
        RATIO,
        f"The ratio of dynamic memory is {text!r}; it is a number such as 2.0, 1 at least.",
    )


def _share(ratio: float, maximum_mb: int) -> int:
    share_mb = int(maximum_mb / ratio)
    return max(share_mb - share_mb % MEMORY_STEP_MB, MEMORY_MIN_MB)


def _size(flavor: Flavor, name: str, sizes_mb: range, remarks: Remarks) -> int | None:
    value = flavor.get(name)
    if value is None:
        return None
    asked_mb = whole_number(Rule.DYNAMIC_MEMORY, name, value, sizes_mb)
    size_mb = asked_mb - asked_mb % MEMORY_STEP_MB
    if size_mb != asked_mb:
        remarks.add(
            f"{name} is {size_mb} MiB instead of {asked_mb}: Hyper-V gives memory in steps of "
            f"{MEMORY_STEP_MB} MiB."
        )
    return size_mb


def _balanced(memory: Memory, flavor: Flavor) -> Memory:
    buffer_percent, weight = flavor.get(BUFFER), flavor.get(WEIGHT)
    if buffer_percent is not None:
        percent = whole_number(Rule.DYNAMIC_MEMORY, BUFFER, buffer_percent, BUFFERS)
        memory = evolve(memory, buffer_percent=percent)
    if weight is not None:
        memory = evolve(memory, weight=whole_number(Rule.DYNAMIC_MEMORY, WEIGHT, weight, WEIGHTS))
    return memory
