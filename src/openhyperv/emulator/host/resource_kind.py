"""What makes a kind of virtual resource: its type, its setting class, its pool and its default values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.wire.types import Value

_PREFIX = "Microsoft:Hyper-V:"

RASD = "Msvm_ResourceAllocationSettingData"
SASD = "Msvm_StorageAllocationSettingData"


@frozen
class Quantity:
    """The bounds that a kind's Minimum, Maximum and Increment definitions tell."""

    minimum: int = 1
    maximum: int = 1
    increment: int = 1


@frozen
class ResourceKind:
    """One kind of resource. ``changes`` holds what later releases made different, oldest first."""

    name: str
    resource_type: int
    class_name: str = RASD
    pool: str | None = None
    pool_class: str = "Msvm_ResourcePool"
    values: Mapping[str, Value] = {}
    quantity: Quantity = Quantity()
    changes: Sequence[tuple[Release, Mapping[str, Value]]] = ()
    since: Release = Release.WS2012
    until: Release = Release.WS2025

    @property
    def sub_type(self) -> str:
        """The ResourceSubType."""
        return _PREFIX + self.name

    def exists_in(self, release: Release) -> bool:
        """True where that release of Windows has this kind."""
        return self.since <= release <= self.until


COMMON_VALUES: Mapping[str, Value] = {
    "AllocationUnits": "count",
    "VirtualQuantity": 1,
    "VirtualQuantityUnits": "count",
    "Reservation": 1,
    "Limit": 1,
    "Weight": 0,
    "AutomaticAllocation": True,
    "AutomaticDeallocation": True,
    "ConsumerVisibility": 3,
    "PoolID": "",
    "Address": "",
}
"""What every kind says that does not say otherwise."""
