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
from openhyperv.machine.pci import PciAddress, PciAlias
from openhyperv.machine.policy import Policy
from openhyperv.machine.properties import Flavor, ImageProperties


@frozen
class DiskRequest:
    """A disk; without ``bus`` the rules choose, without ``boot_index`` it is not booted from by choice.

    ``maximum_iops`` and ``minimum_iops`` are in operations of 8 KiB per second; a maximum of None is the
    flavor's for a disk that is made for the machine, and none for an existing one.
    """

    name: str
    source: DiskSource
    bus: Bus | None = None
    size_bytes: int | None = None
    boot_index: int | None = None
    maximum_iops: int | None = None
    minimum_iops: int = 0


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
    first DVD drive of a machine without disks. The config drive is never the root.

    - ``hostname`` is the guest's, where it is not the machine's name
    - ``asset_tag`` is shown to the guest as the chassis' (SMBIOS)
    - ``pci_aliases`` are what the flavor's ``pci_passthrough:alias`` may name, ``pci_claims`` the devices
      that a scheduler has claimed for this machine
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
    metadata: Mapping[str, str] = field(factory=dict, repr=False)
    traits: HostTraits = field(factory=HostTraits)
    policy: Policy = field(factory=Policy)
    hostname: str = ""
    asset_tag: str = ""
    config_drive: DriveRequest | None = None
    pci_aliases: tuple[PciAlias, ...] = ()
    pci_claims: tuple[PciAddress, ...] = ()

    @property
    def drives(self) -> tuple[DriveRequest, ...]:
        """Disks, then DVD drives, and the config drive among its kind."""
        return (*self.all_disks, *self.all_dvds)

    @property
    def all_disks(self) -> tuple[DiskRequest, ...]:
        """The disks, and the config drive if it is one."""
        config = self.config_drive
        return (*self.disks, config) if isinstance(config, DiskRequest) else self.disks

    @property
    def all_dvds(self) -> tuple[DvdRequest, ...]:
        """The DVD drives, and the config drive if it is one."""
        config = self.config_drive
        return (*self.dvds, config) if isinstance(config, DvdRequest) else self.dvds

    def root(self) -> DriveRequest | None:
        """The drive the machine boots from first; None for a machine without drives."""
        drives: tuple[DriveRequest, ...] = (*self.disks, *self.dvds)
        indexed = [(drive.boot_index, drive) for drive in drives if drive.boot_index is not None]
        if indexed:
            return min(indexed, key=itemgetter(0))[1]
        return next(iter(drives), None)
