"""The host's primordial resource pools and what may be allocated from each."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.defaults import resource_kinds
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import system_path
from openhyperv.emulator.host.machines.resource_kind import Pool, ResourceKind
from openhyperv.emulator.host.machines.resources import DISPLAY_3D, MEMORY, PROCESSOR
from openhyperv.emulator.providers.links import link, touching
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_SPECIFIC_AND_GENERAL = 4
"""CIM_AllocationCapabilities.RequestTypesSupported."""
_SHARED = 3
"""CIM_AllocationCapabilities.SharingMode."""


class PoolProvider:
    """Every primordial pool with its capabilities. Child pools need the absent pool configuration methods."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._pooled: list[tuple[Pool, ResourceKind]] = [
            (kind.pool, kind) for kind in resource_kinds(host.profile) if kind.pool is not None
        ]

    @instances_of("Msvm_ResourcePool")
    def resource_pools(self) -> Iterator[Instance]:
        """Pools of the general class."""
        return self._of_class("Msvm_ResourcePool")

    @instances_of("Msvm_ProcessorPool")
    def processor_pools(self) -> Iterator[Instance]:
        """The processor pool."""
        return self._of_class("Msvm_ProcessorPool")

    @instances_of("Msvm_Synth3dVideoPool")
    def video_pools(self) -> Iterator[Instance]:
        """The RemoteFX pool, in releases that have it."""
        return self._of_class("Msvm_Synth3dVideoPool")

    @lookup("Msvm_ResourcePool")
    @lookup("Msvm_ProcessorPool")
    @lookup("Msvm_Synth3dVideoPool")
    def pool(self, path: ObjectPath) -> Instance | None:
        """One pool."""
        return next((self._pool(p, kind) for p, kind in self._pooled if p.path == path), None)

    @instances_of("Msvm_AllocationCapabilities")
    def capabilities(self) -> Iterator[Instance]:
        """What kind of resource each pool gives."""
        return (_capabilities(pool, kind) for pool, kind in self._pooled)

    @lookup("Msvm_AllocationCapabilities")
    def one_capabilities(self, path: ObjectPath) -> Instance | None:
        """The capabilities of one pool."""
        return next((c for c in self.capabilities() if c.path == path), None)

    @links("Msvm_ElementCapabilities")
    def pool_capabilities(self, end: ObjectPath) -> Iterator[Instance]:
        """From each pool to its capabilities."""
        return touching(
            end,
            (
                link(
                    "Msvm_ElementCapabilities",
                    {"ManagedElement": pool.path, "Capabilities": pool.capabilities_path},
                )
                for pool, _ in self._pooled
            ),
        )

    @links("Msvm_HostedResourcePool")
    def hosted_pools(self, end: ObjectPath) -> Iterator[Instance]:
        """From the host to each pool."""
        system = system_path(self._host.name)
        ends = ({"GroupComponent": system, "PartComponent": pool.path} for pool, _ in self._pooled)
        return touching(end, (link("Msvm_HostedResourcePool", both) for both in ends))

    def _of_class(self, class_name: str) -> Iterator[Instance]:
        return (self._pool(pool, kind) for pool, kind in self._pooled if pool.class_name == class_name)

    def _pool(self, pool: Pool, kind: ResourceKind) -> Instance:
        values: dict[str, Value] = {
            "InstanceID": pool.path.key("InstanceID"),
            "Caption": "Resource Pool",
            "ElementName": kind.name,
            "HealthState": 5,
            "OperationalStatus": [2],
            "AllocationUnits": kind.values.get("AllocationUnits", "count"),
            "ConsumedResourceUnits": kind.values.get("VirtualQuantityUnits", "count"),
            "Capacity": self._capacity(kind),
            "PoolID": "",
            "Primordial": True,
            "ResourceType": kind.resource_type,
            "ResourceSubType": kind.sub_type,
            **(self._video() if kind is DISPLAY_3D else {}),
        }
        return Instance(pool.class_name, values, path=pool.path)

    def _video(self) -> dict[str, Value]:
        """What the RemoteFX pool tells of the graphics processors and of the host's own."""
        hardware = self._host.hardware
        capable = [gpu for gpu in hardware.gpus if gpu.has_directx_11]
        return {
            "IsGPUCapable": bool(capable),
            "IsSLATCapable": hardware.has_slat,
            "Is3dVideoSupported": bool(capable) and hardware.has_slat,
            "DirectXVersion": max((gpu.directx_version for gpu in capable), default=None),
            "RequiredMinimumDirectXVersion": "11.0",
        }

    def _capacity(self, kind: ResourceKind) -> int | None:
        """What the host has of it, in the pool's units; None for what has no limit of its own."""
        if kind is PROCESSOR:
            return self._host.hardware.logical_processors * 100_000  # UNVERIFIED: unit of this capacity
        return self._host.hardware.memory_mb if kind is MEMORY else None


def _capabilities(pool: Pool, kind: ResourceKind) -> Instance:
    values: dict[str, Value] = {
        "InstanceID": pool.capabilities_path.key("InstanceID"),
        "Caption": "Allocation Capabilities",
        "ElementName": kind.name,
        "RequestTypesSupported": _SPECIFIC_AND_GENERAL,
        "ResourceType": kind.resource_type,
        "ResourceSubType": kind.sub_type,
        "SharingMode": _SHARED,
    }
    return Instance(pool.capabilities_path.class_name, values, path=pool.capabilities_path)
