"""In which order a machine tries its devices."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

from attrs import frozen

from openhyperv.machine.drives import Slot


class BootDevice(IntEnum):
    """A class of boot device of generation 1; values of Msvm_VirtualSystemSettingData.BootOrder."""

    FLOPPY = 0
    CD = 1
    HARD_DISK = 2
    NETWORK = 3


@frozen
class BiosBoot:
    """Boot order of generation 1, by class of device."""

    devices: tuple[BootDevice, ...]


@frozen
class UefiBoot:
    """Boot order of generation 2: drives by slot and network adapters by name, mixed as they are tried."""

    devices: tuple[Slot | str, ...]


BootOrder: TypeAlias = BiosBoot | UefiBoot
