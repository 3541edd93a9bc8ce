"""What a machine should be, with every decision made: the output of the rules, the input of a host."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from uuid import UUID

from attrs import field, frozen

from openhyperv.machine.boot import BootOrder
from openhyperv.machine.drives import Disk, Dvd
from openhyperv.machine.graphics import GpuPartition, RemoteFx
from openhyperv.machine.host_version import HostVersion
from openhyperv.machine.lifecycle import CheckpointKind, StopAction
from openhyperv.machine.memory import Memory
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.numa import NumaTopology
from openhyperv.machine.pci import MmioSpace, PciAddress
from openhyperv.machine.processors import Processors
from openhyperv.machine.security import SecureBootTemplate, Security
from openhyperv.machine.serial import SerialPort


class Generation(IntEnum):
    """The virtual hardware: 1 has BIOS and IDE, 2 has UEFI and SCSI only."""

    ONE = 1
    TWO = 2


@frozen
class MachineSpec:
    """One machine.

    - ``identity`` is unique, chosen by whoever asks (OpenStack: the instance's UUID). The names of the serial
      pipes derive from it; it is not the GUID that Hyper-V gives the machine
    - ``secure_boot`` is None where Secure Boot is off; it must then be switched off, since Hyper-V's own
      default is on
    - ``security`` is None where there is no virtual TPM
    - ``checkpoints`` None leaves Hyper-V's default
    - ``asset_tag`` is the chassis' in the guest's SMBIOS; empty leaves Hyper-V's own
    - ``firmware_guid`` is what its guest knows it by (the UUID in SMBIOS); None leaves it to Hyper-V
    - ``host`` is the version that the machine was designed for
    - ``remarks`` say what was rounded or switched off, and why; they are for people
    """

    name: str
    identity: UUID
    generation: Generation
    processors: Processors
    memory: Memory
    boot_order: BootOrder
    secure_boot: SecureBootTemplate | None = None
    disks: tuple[Disk, ...] = ()
    dvds: tuple[Dvd, ...] = ()
    network_adapters: tuple[NetworkAdapter, ...] = ()
    serial_ports: tuple[SerialPort, ...] = ()
    scsi_controllers: int = 1
    notes: str = ""
    metadata: Mapping[str, str] = field(factory=dict, repr=False)
    security: Security | None = field(default=None, kw_only=True)
    numa: NumaTopology | None = field(default=None, kw_only=True)
    graphics: RemoteFx | None = field(default=None, kw_only=True)
    gpu_partitions: tuple[GpuPartition, ...] = field(default=(), kw_only=True)
    pci_devices: tuple[PciAddress, ...] = field(default=(), kw_only=True)
    mmio: MmioSpace | None = field(default=None, kw_only=True)
    stop_action: StopAction = field(default=StopAction.SAVE, kw_only=True)
    checkpoints: CheckpointKind | None = field(default=None, kw_only=True)
    asset_tag: str = field(default="", kw_only=True)
    firmware_guid: UUID | None = field(default=None, kw_only=True)
    remarks: tuple[str, ...] = field(default=(), kw_only=True)
    host: HostVersion = field(kw_only=True)

    @property
    def drives(self) -> tuple[Disk | Dvd, ...]:
        """Disks, then DVD drives."""
        return (*self.disks, *self.dvds)
