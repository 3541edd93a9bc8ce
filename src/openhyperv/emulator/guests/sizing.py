"""Processors and memory of a machine: QEMU's command line, and memory that changes while the guest runs.

Memory is added by a virtio-mem device and taken by a balloon. Both need drivers in the guest, as Hyper-V's
own ways do; a guest that has none keeps what it booted with.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from openhyperv.emulator.guests.machine import GuestError, GuestMachine, GuestNode
from openhyperv.emulator.guests.monitor import Monitor

SECURE_BOOT_MEMORY_MB = 384
"""With Secure Boot and less than 288 MB, OVMF and Linux reset in a loop."""
_MOST_ADDED_MB = 64 << 10
_SECTION_MB = 128
"""Linux takes memory in sections of that size."""
_GRAIN_BYTES = 4 << 20
"""A guest may stay that much below what it should add: its pages come in blocks."""
_TIMEOUT_S = 60.0
_BALLOON, _ADDED, _BACKEND = "balloon", "added-memory", "added-memory-backend"


def boot_memory_mb(machine: GuestMachine) -> int:
    """The memory that a machine boots with."""
    return max(machine.memory_mb, SECURE_BOOT_MEMORY_MB if machine.secure_boot else 0)


def addable_memory_mb(machine: GuestMachine) -> int:
    """How much a machine can get while it runs; none where it has several nodes, which must stay alike."""
    if len(machine.nodes) > 1:
        return 0
    room_mb = min(machine.maximum_memory_mb - boot_memory_mb(machine), _MOST_ADDED_MB)
    return max(0, room_mb // _SECTION_MB * _SECTION_MB)


def size_options(machine: GuestMachine, bus: str) -> Iterator[str]:
    """Processors, memory and NUMA nodes; ``bus`` is where the devices that change memory sit."""
    memory_mb, room_mb = boot_memory_mb(machine), addable_memory_mb(machine)
    yield from ("-smp", _processors(machine))
    yield from ("-m", f"{memory_mb}M" + (f",slots=1,maxmem={memory_mb + room_mb}M" if room_mb else ""))
    yield from _device({"driver": "virtio-balloon-pci", "id": _BALLOON, "bus": bus, "addr": "0x10"})
    if len(machine.nodes) > 1:
        yield from _node_options(_with_floor(machine.nodes, memory_mb - machine.memory_mb))
    if room_mb:
        size = {"qom-type": "memory-backend-ram", "id": _BACKEND, "size": room_mb << 20, "reserve": False}
        added = {"driver": "virtio-mem-pci", "id": _ADDED, "memdev": _BACKEND, "requested-size": 0}
        yield from ("-object", json.dumps(size))
        yield from _device({**added, "bus": bus, "addr": "0x11"})


def _processors(machine: GuestMachine) -> str:
    """Sockets are told where they divide the processors evenly, which QEMU asks for."""
    cores, rest = divmod(machine.vcpus, machine.sockets)
    if rest or machine.sockets == 1:
        return str(machine.vcpus)
    return f"{machine.vcpus},sockets={machine.sockets},cores={cores},threads=1"


def _with_floor(nodes: Sequence[GuestNode], missing_mb: int) -> Sequence[GuestNode]:
    first, *others = nodes
    return [GuestNode(first.vcpus, first.memory_mb + missing_mb), *others]


def _node_options(nodes: Sequence[GuestNode]) -> Iterator[str]:
    ends = list(accumulate(node.vcpus for node in nodes))
    for number, (node, end) in enumerate(zip(nodes, ends, strict=True)):
        backend = {"qom-type": "memory-backend-ram", "id": f"node-{number}", "size": node.memory_mb << 20}
        yield from ("-object", json.dumps(backend))
        processors = f"cpus={end - node.vcpus}-{end - 1}"
        yield from ("-numa", f"node,nodeid={number},{processors},memdev=node-{number}")


def _device(device: Mapping[str, object]) -> Iterator[str]:
    yield from ("-device", json.dumps(device))


class GuestMemory:
    """The memory of one running guest. Not thread-safe: the guest calls it under its lock."""

    def __init__(self, monitor: Monitor, machine: GuestMachine) -> None:
        self._monitor = monitor
        self._boot_mb = boot_memory_mb(machine)
        self._addable_mb = addable_memory_mb(machine)
        self._is_alone = len(machine.nodes) <= 1

    def resize(self, memory_mb: int) -> None:
        """See :meth:`Guest.resize_memory`; a guest that does not follow is left with what it had."""
        self._check(memory_mb)
        before_mb = self._asked_for_mb()
        self._ask_for(memory_mb)
        deadline = time.monotonic() + _TIMEOUT_S
        while not self._has(memory_mb):
            if time.monotonic() > deadline:
                self._ask_for(before_mb)
                raise GuestError("The guest operating system does not take or give the memory.")
            time.sleep(0.1)

    def _check(self, memory_mb: int) -> None:
        if not self._is_alone:
            raise GuestError("QEMU cannot change the memory of a machine with several NUMA nodes.")
        if memory_mb > self._boot_mb + self._addable_mb:
            most_mb = self._boot_mb + self._addable_mb
            raise GuestError(f"QEMU cannot give the machine more than {most_mb} MB before it is off.")

    def _added_bytes(self, memory_mb: int) -> int:
        return max(0, memory_mb - self._boot_mb) << 20

    def _asked_for_mb(self) -> int:
        added = self._property("requested-size") if self._addable_mb else 0
        return self._balloon_mb() + (added >> 20)

    def _balloon_mb(self) -> int:
        return int(self._monitor.execute("query-balloon")["actual"]) >> 20

    def _property(self, name: str) -> int:
        return int(self._monitor.execute("qom-get", path=_ADDED, property=name))

    def _ask_for(self, memory_mb: int) -> None:
        if self._addable_mb:
            added = self._added_bytes(memory_mb)
            self._monitor.execute("qom-set", path=_ADDED, property="requested-size", value=added)
        self._monitor.execute("balloon", value=min(memory_mb, self._boot_mb) << 20)

    def _has(self, memory_mb: int) -> bool:
        if self._balloon_mb() != min(memory_mb, self._boot_mb):
            return False
        if not self._addable_mb:
            return True
        return abs(self._property("size") - self._added_bytes(memory_mb)) < _GRAIN_BYTES
