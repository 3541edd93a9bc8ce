"""What each NUMA node shall have: ``hw:numa_cpus.N`` and ``hw:numa_mem.N``, or the image's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.rules.cpu_list import cpus_of, cpus_text
from openhyperv.machine.rules.reading import Asked, asked, whole_number
from openhyperv.machine.violations import BrokenRuleError, Rule

CPUS = "numa_cpus."
MEMORY = "numa_mem."
KINDS = (CPUS, MEMORY)
MEMORY_MB = range(1, 2**31)


@frozen
class NumaCell:
    """One node: which of the machine's processors are in it, and how much memory."""

    cpus: frozenset[int]
    memory_mb: int


def cells_of(image: ImageProperties, flavor: Flavor, nodes: int) -> tuple[NumaCell, ...]:
    """Every node, or none at all where nothing is said of any.

    :raises BrokenRuleError: something is said of some nodes only, or of a node that is not there; processors
        are left out, in two nodes or none of the machine's; or memory that is not the machine's in sum
    """
    named = {name for name in _names(image, flavor) if name not in _expected(nodes)}
    if named:
        raise _incomplete(min(named), f"{min(named)} is about a node that is not there; there are {nodes}.")
    found = [(asked(image, flavor, f"{CPUS}{n}"), asked(image, flavor, f"{MEMORY}{n}")) for n in range(nodes)]
    if all(each is None for pair in found for each in pair):
        return ()
    cells = tuple(_cell(number, cpus, memory) for number, (cpus, memory) in enumerate(found))
    _check_partition([cell.cpus for cell in cells], flavor.vcpus)
    _check_sum(cells, flavor.memory_mb)
    return cells


def refuse_cells(image: ImageProperties, flavor: Flavor) -> None:
    """Refuse to hear of nodes where nobody says how many there are.

    :raises BrokenRuleError: it is so
    """
    for name in _names(image, flavor):
        raise _incomplete(name, f"{name} needs hw:numa_nodes, which says how many nodes there are.")


def _names(image: ImageProperties, flavor: Flavor) -> Iterator[str]:
    prefixes = tuple(prefix + kind for prefix in ("hw:", "hw_") for kind in KINDS)
    return (name for name in (*flavor.extra_specs, *image.values) if name.startswith(prefixes))


def _expected(nodes: int) -> frozenset[str]:
    parts = [f"{kind}{number}" for number in range(nodes) for kind in KINDS]
    return frozenset(prefix + part for part in parts for prefix in ("hw:", "hw_"))


def _cell(number: int, cpus: Asked | None, memory: Asked | None) -> NumaCell:
    if cpus is None or memory is None:
        missing = CPUS if cpus is None else MEMORY
        raise _incomplete(
            f"hw:{missing}{number}",
            f"hw:{missing}{number} is missing: name the processors and the memory of all nodes, or of none.",
        )
    memory_mb = whole_number(Rule.NUMA_MEMORY, memory.subject, memory.value, MEMORY_MB)
    return NumaCell(cpus_of(cpus.subject, cpus.value), memory_mb)


def _check_partition(cells: Sequence[frozenset[int]], vcpus: int) -> None:
    seen: frozenset[int] = frozenset()
    for cpus in cells:
        if cpus & seen:
            raise _cpus_refusal(f"Processors {cpus_text(cpus & seen)} are in two NUMA nodes.")
        seen |= cpus
    every = frozenset(range(vcpus))
    if seen - every:
        raise _cpus_refusal(
            f"NUMA nodes name processors {cpus_text(seen - every)}; the machine has 0 to {vcpus - 1}."
        )
    if every - seen:
        raise _cpus_refusal(f"Processors {cpus_text(every - seen)} are in no NUMA node.")


def _check_sum(cells: Sequence[NumaCell], memory_mb: int) -> None:
    total_mb = sum(cell.memory_mb for cell in cells)
    if total_mb != memory_mb:
        raise BrokenRuleError(
            Rule.NUMA_MEMORY,
            "hw:numa_mem",
            f"The NUMA nodes have {total_mb} MiB together; the machine has {memory_mb} MiB.",
        )


def _cpus_refusal(message: str) -> BrokenRuleError:
    return BrokenRuleError(Rule.NUMA_CPUS, "hw:numa_cpus", message)


def _incomplete(subject: str, message: str) -> BrokenRuleError:
    return BrokenRuleError(Rule.NUMA_INCOMPLETE, subject, message)
