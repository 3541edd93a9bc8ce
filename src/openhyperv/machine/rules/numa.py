"""The NUMA nodes that a guest sees."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from openhyperv.machine.limits import MEMORY_STEP_MB
from openhyperv.machine.numa import NumaTopology
from openhyperv.machine.properties import Flavor
from openhyperv.machine.remarks import Remarks
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.numa_cells import NumaCell, cells_of, refuse_cells
from openhyperv.machine.rules.numa_fit import check_fit
from openhyperv.machine.rules.reading import asked, whole_number
from openhyperv.machine.violations import BrokenRuleError, Rule

NODES = "numa_nodes"
NODE_COUNTS = range(1, 65)
"""Microsoft, "Plan for Hyper-V scalability": at most 64 virtual NUMA nodes."""


def numa_of(request: MachineRequest, remarks: Remarks) -> NumaTopology | None:
    """The topology, or None where nobody asks for one (``hw:numa_nodes``, ``hw_numa_nodes``).

    Without ``hw:numa_cpus.N`` and ``hw:numa_mem.N`` the nodes share everything evenly.

    :raises BrokenRuleError: flavor and image contradict each other, the nodes are of different sizes, leave
        something out or have it twice
    :raises UnsupportedError: the host's nodes could never carry them
    """
    image, flavor = request.image, request.flavor
    wanted = asked(image, flavor, NODES)
    if wanted is None:
        refuse_cells(image, flavor)
        return None
    nodes = whole_number(Rule.NUMA_NODES, wanted.subject, wanted.value, NODE_COUNTS)
    cells = cells_of(image, flavor, nodes)
    _check_symmetric(cells)
    vcpus, memory_mb = _size_of(cells[0]) if cells else _even_share(flavor, nodes)
    topology = NumaTopology(nodes, vcpus, _even(memory_mb, remarks))
    check_fit(topology, request.traits, remarks)
    return topology


def _size_of(cell: NumaCell) -> tuple[int, int]:
    return len(cell.cpus), cell.memory_mb


def _check_symmetric(cells: Sequence[NumaCell]) -> None:
    _check_equal([len(cell.cpus) for cell in cells], "processors")
    _check_equal([cell.memory_mb for cell in cells], "MiB of memory")


def _check_equal(sizes: Collection[int], what: str) -> None:
    if len(set(sizes)) > 1:
        listed = ", ".join(str(size) for size in sizes)
        raise _asymmetric(f"The NUMA nodes have {listed} {what}; Hyper-V has nodes of one size only.")


def _even_share(flavor: Flavor, nodes: int) -> tuple[int, int]:
    for amount, what in ((flavor.vcpus, "processors"), (flavor.memory_mb, "MiB of memory")):
        if amount % nodes or amount < nodes:
            raise _asymmetric(f"{amount} {what} do not divide into {nodes} NUMA nodes of one size.")
    return flavor.vcpus // nodes, flavor.memory_mb // nodes


def _even(memory_mb: int, remarks: Remarks) -> int:
    rounded_mb = memory_mb - memory_mb % MEMORY_STEP_MB
    if rounded_mb == memory_mb:
        return memory_mb
    if not rounded_mb:
        raise BrokenRuleError(Rule.NUMA_MEMORY, "hw:numa_mem", "A NUMA node has 2 MiB of memory at least.")
    remarks.add(
        f"Each NUMA node has {rounded_mb} MiB instead of {memory_mb}: Hyper-V gives memory in steps of "
        f"{MEMORY_STEP_MB} MiB."
    )
    return rounded_mb


def _asymmetric(message: str) -> BrokenRuleError:
    return BrokenRuleError(
        Rule.NUMA_ASYMMETRIC,
        "hw:numa_nodes",
        message,
        remedy="Give each node as many processors and as much memory as the others.",
    )
