"""What the emulated host is built of: processors, memory, NUMA nodes and network adapters."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

from attrs import field, frozen
from attrs.validators import ge


@frozen
class NetworkAdapter:
    """A physical network card of the host. ``guid`` is upper case without braces, ``mac`` 12 hex digits."""

    guid: str
    name: str
    mac: str
    speed_bits_per_second: int = 10_000_000_000

    @property
    def device_id(self) -> str:
        """The key of its Msvm_ExternalEthernetPort."""
        return f"Microsoft:{{{self.guid}}}"


@frozen
class Hardware:
    """The size of a host. Processors and memory are spread evenly over the NUMA nodes."""

    logical_processors: int = field(default=16, validator=ge(1))
    memory_mb: int = field(default=65_536, validator=ge(1024))
    numa_nodes: int = field(default=1, validator=ge(1))
    adapters: Sequence[NetworkAdapter] = ()

    @property
    def processors_per_node(self) -> int:
        """Logical processors of one NUMA node, rounded up."""
        return -(-self.logical_processors // self.numa_nodes)

    def processors_on(self, node: int) -> int:
        """Logical processors of one node; the last ones may have fewer than the others."""
        before = node * self.processors_per_node
        return max(0, min(self.processors_per_node, self.logical_processors - before))

    @property
    def memory_mb_per_node(self) -> int:
        """Memory of one NUMA node."""
        return self.memory_mb // self.numa_nodes


def adapters_for(host_name: str, count: int) -> tuple[NetworkAdapter, ...]:
    """Adapters whose GUIDs and addresses depend on the host's name only, so that they outlive restarts."""
    return tuple(_adapter(host_name, number) for number in range(1, count + 1))


def _adapter(host_name: str, number: int) -> NetworkAdapter:
    seed = hashlib.sha256(f"{host_name.upper()}/adapter/{number}".encode()).digest()
    suffix = "" if number == 1 else f" #{number}"
    return NetworkAdapter(
        guid=str(UUID(bytes=seed[:16], version=4)).upper(),
        name=f"Emulated Ethernet Adapter{suffix}",
        mac=f"02{seed[16:21].hex()}".upper(),  # the bit of locally administered addresses is set
    )
