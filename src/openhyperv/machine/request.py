"""What somebody asks for, before any rule has looked at it."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import TypeAlias
from uuid import UUID

from attrs import field, frozen

from openhyperv.machine.drives import Bus, DiskSource
from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.host_version import HostVersion
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.properties import Flavor, ImageProperties


@frozen
class DiskRequest:
    """A disk; without ``bus`` the rules choose, without ``boot_index`` it is not booted from by choice."""

    name: str
    source: DiskSource
    bus: Bus | None = None
    size_bytes: int | None = None
    boot_index: int | None = None


@frozen
class DvdRequest:
    """A DVD drive: ``path`` is the ISO on the host, None for an empty drive."""

    name: str
    path: str | None = None
    boot_index: int | None = None


DriveRequest: TypeAlias = DiskRequest | DvdRequest


@frozen
class MachineRequest:
    """A machine on a host of that version and with those traits.

    The drive with the lowest ``boot_index`` is the root. Where none has one, it is the first disk, or the
    first DVD drive of a machine without disks.
    """

    name: str
    identity: UUID
    flavor: Flavor
    host: HostVersion
    image: ImageProperties = field(factory=ImageProperties)
    disks: tuple[DiskRequest, ...] = ()
    dvds: tuple[DvdRequest, ...] = ()
    network_adapters: tuple[NetworkAdapter, ...] = ()
    notes: str = ""
    metadata: Mapping[str, str] = field(factory=dict)
    traits: HostTraits = field(factory=HostTraits)

    @property
    def drives(self) -> tuple[DriveRequest, ...]:
        """Disks, then DVD drives."""
        return (*self.disks, *self.dvds)

    def root(self) -> DriveRequest | None:
        """The drive the machine boots from first; None for a machine without drives."""
        indexed = [(drive.boot_index, drive) for drive in self.drives if drive.boot_index is not None]
        if indexed:
            return min(indexed, key=itemgetter(0))[1]
        return next(iter(self.drives), None)
