"""Whether the host's NUMA nodes could carry a machine's."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.errors import UnsupportedError
from openhyperv.machine.host_traits import HostNumaNode, HostTraits
from openhyperv.machine.numa import NumaTopology
from openhyperv.machine.remarks import Remarks

_SUBJECT = "hw:numa_nodes"


def check_fit(topology: NumaTopology, host: HostTraits, remarks: Remarks) -> None:
    """Refuse what could not start even on the empty host, and warn of what may not start later.

    A node of the machine lies within one of the host, unless it may span several. Hyper-V chooses anew at
    each start, so that a machine of several nodes can find its places taken (usage guide, "Hyper-V vNUMA
    instances").

    :raises UnsupportedError: the host has no such nodes; not where nobody looked at them
    """
    if host.is_numa_spanning:
        return
    if host.numa_nodes:
        _check_one(topology, host.numa_nodes)
        _check_all(topology, host.numa_nodes)
    if topology.nodes > 1:
        remarks.add(
            f"Each start needs {topology.nodes} times {topology.memory_mb_per_node} MiB, each within one "
            "NUMA node of the host. After a stop, machines that started meanwhile may have left no such "
            "places: keep machines of several NUMA nodes on hosts of their own (hv host show --numa)."
        )


def _check_one(topology: NumaTopology, host_nodes: Sequence[HostNumaNode]) -> None:
    memory_mb = max(node.memory_mb for node in host_nodes)
    processors = max(node.processors for node in host_nodes)
    if topology.memory_mb_per_node > memory_mb or topology.vcpus_per_node > processors:
        raise UnsupportedError(
            f"A NUMA node of {topology.vcpus_per_node} processors and {topology.memory_mb_per_node} MiB is "
            f"larger than the host's largest, of {processors} processors and {memory_mb} MiB.",
            target=_SUBJECT,
            remedy="Ask for more and smaller nodes.",
        )


def _check_all(topology: NumaTopology, host_nodes: Sequence[HostNumaNode]) -> None:
    places = sum(_places(node, topology) for node in host_nodes)
    if places < topology.nodes:
        raise UnsupportedError(
            f"The host has room for {places} NUMA nodes of {topology.memory_mb_per_node} MiB, even without "
            f"other machines; {topology.nodes} are asked for.",
            target=_SUBJECT,
            remedy="Use a larger host, or ask for less memory.",
        )


def _places(node: HostNumaNode, topology: NumaTopology) -> int:
    return node.memory_mb // topology.memory_mb_per_node if node.processors >= topology.vcpus_per_node else 0
