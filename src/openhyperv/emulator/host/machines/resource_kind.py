"""What makes a kind of virtual resource: its type, its setting class, its pool and its default values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.emulator.host.identities import setting_path
from openhyperv.wire.path import ObjectPath
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


class Point(StrEnum):
    """The four settings that define what a pool gives: the last part of their InstanceIDs."""

    DEFAULT = "Default"
    MINIMUM = "Minimum"
    MAXIMUM = "Maximum"
    INCREMENT = "Increment"


@frozen
class Pool:
    """A primordial resource pool."""

    guid: str
    class_name: str = "Msvm_ResourcePool"

    @property
    def path(self) -> ObjectPath:
        """The pool itself."""
        return setting_path(self.class_name, f"Microsoft:{self.guid}")

    @property
    def capabilities_path(self) -> ObjectPath:
        """Its allocation capabilities; recorded in upper case even where the pool's GUID is not."""
        return setting_path("Msvm_AllocationCapabilities", f"Microsoft:{self.guid.upper()}")

    def definition_id(self, point: Point) -> str:
        """The InstanceID of a setting that defines what the pool gives."""
        return f"Microsoft:Definition\\{self.guid}\\{point}"


@frozen
class ResourceKind:
    """One kind of resource. ``changes`` holds what later releases made different, oldest first."""

    name: str
    resource_type: int
    class_name: str = RASD
    pool: Pool | None = None
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
