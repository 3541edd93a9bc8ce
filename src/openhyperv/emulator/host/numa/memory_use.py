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
    sizes_mb = _sizes_mb(configuration)
    may_span = host.service_settings.numa_spanning_enabled
    try:
        return place_nodes(sizes_mb, consumable_memory(host), may_span=may_span)
    except NodesFull as full:
        # UNVERIFIED: ErrorCode and text of a start that fails for the host's NUMA nodes
        raise JobFailure(Code.OUT_OF_MEMORY, _full_text(full, len(sizes_mb))) from full


def reserve_memory(host: Host, system: VirtualSystem, edited: Configuration) -> None:
    """Take what a running machine needs more, before its guest gets it; what it needs less stays for now.

    :raises MethodFailure: 32775 where the guest would need more or fewer nodes, 32778 where no room is left
    """
    sizes_mb = _sizes_mb(edited)
    present_mb = _sizes_mb(system.configuration)
    if len(sizes_mb) != len(present_mb):
        # UNVERIFIED: seen by an administrator, not documented; so is the code
        text = "A running VM cannot get so much or little memory that its virtual NUMA nodes change."
        raise MethodFailure(Code.INVALID_STATE, text)
    try:
        _resize(host, system, [max(sizes) for sizes in zip(sizes_mb, present_mb, strict=True)])
    except NodesFull as full:
        # UNVERIFIED: the code for memory that the host does not have when a running VM asks for more
        raise MethodFailure(Code.OUT_OF_MEMORY, _full_text(full, len(sizes_mb))) from full


def settle_memory(host: Host, system: VirtualSystem) -> None:
    """Keep what a running machine's settings say, once its guest has followed or the change has failed."""
    _resize(host, system, _sizes_mb(system.configuration))


def _resize(host: Host, system: VirtualSystem, sizes_mb: Sequence[int]) -> None:
    session, may_span = system.session, host.service_settings.numa_spanning_enabled
    if session is not None:
        free_mb = consumable_memory(host)
        session.residences = resize_nodes(session.residences, sizes_mb, free_mb, may_span=may_span)


def _sizes_mb(configuration: Configuration) -> list[int]:
    return [node.memory_mb for node in virtual_nodes(configuration)]


def _full_text(full: NodesFull, count: int) -> str:
    return (
        f"Not enough memory on any NUMA node of the host for a virtual NUMA node of {full.memory_mb} MB "
        f"(the virtual machine has {count}). NUMA spanning would let it use several nodes."
    )
