"""The memory that running machines take of the host's NUMA nodes; use it under the host's lock."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.numa.physical_nodes import (
    NodesFull,
    Residence,
    free_memory,
    place_nodes,
    resize_nodes,
)
from openhyperv.emulator.host.numa.virtual_nodes import virtual_nodes


def consumable_memory(host: Host) -> list[int]:
    """What machines can still take of each of the host's nodes, in MB."""
    capacities_mb = [host.hardware.memory_mb_per_node] * host.hardware.numa_nodes
    running = [system.session for system in host.systems if system.session is not None]
    return free_memory(capacities_mb, [home for session in running for home in session.residences])


def find_room(host: Host, configuration: Configuration) -> Sequence[Residence]:
    """Where the memory of a machine that starts now will be.

    :raises JobFailure: one of its virtual nodes fits on none of the host's, and may not span several
    """
    sizes_mb = [node.memory_mb for node in virtual_nodes(configuration)]
    may_span = host.service_settings.numa_spanning_enabled
    try:
        return place_nodes(sizes_mb, consumable_memory(host), may_span=may_span)
    except NodesFull as full:
        # UNVERIFIED: ErrorCode and text of a start that fails for the host's NUMA nodes
        raise JobFailure(Code.OUT_OF_MEMORY, _full_text(full, len(sizes_mb))) from full


def find_room_for_resized(host: Host, system: VirtualSystem, edited: Configuration) -> Sequence[Residence]:
    """Where the memory of a running machine will be once it has the size that an edited configuration says.

    :raises MethodFailure: 32775 where the guest would need more or fewer nodes, 32778 where no room is left
    """
    residences = system.session.residences if system.session else ()
    sizes_mb = [node.memory_mb for node in virtual_nodes(edited)]
    if len(sizes_mb) != len(residences):
        # UNVERIFIED: seen by an administrator, not documented; so is the code
        text = "A running VM cannot get so much or little memory that its virtual NUMA nodes change."
        raise MethodFailure(Code.INVALID_STATE, text)
    may_span = host.service_settings.numa_spanning_enabled
    try:
        return resize_nodes(residences, sizes_mb, consumable_memory(host), may_span=may_span)
    except NodesFull as full:
        # UNVERIFIED: the code for memory that the host does not have when a running VM asks for more
        raise MethodFailure(Code.OUT_OF_MEMORY, _full_text(full, len(sizes_mb))) from full


def _full_text(full: NodesFull, count: int) -> str:
    return (
        f"Not enough memory on any NUMA node of the host for a virtual NUMA node of {full.memory_mb} MB "
        f"(the virtual machine has {count}). NUMA spanning would let it use several nodes."
    )
