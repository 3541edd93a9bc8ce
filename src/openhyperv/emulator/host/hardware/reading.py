"""Hardware as text, for ``hvsim run --hardware``: TOML, the names are those of the classes' fields.

    logical_processors = 32
    memory_mb = 131072
    numa_nodes = 2

    [[disk]]
    number = 1
    size_mb = 102400
    serial = "LUN-1"
    bus = "iSCSI"

    [[pci]]
    vendor = "10DE"
    product = "13F2"
    bus = 3

Tables are ``disk``, ``pci``, ``gpu`` (for RemoteFX), ``partitionable_gpu`` (a PCI device too), ``adapter``.
What a table leaves out has the default of the class.
Without any ``adapter`` there are the usual two; unless a disk says ``is_boot``, the usual disk 0 is there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from ipaddress import ip_interface
from typing import Any, TypeVar

import attrs
from attrs import evolve

from openhyperv.emulator.host.hardware.adapters import NetworkAdapter, Offload, adapter_for
from openhyperv.emulator.host.hardware.disks import BusType, PhysicalDisk, UniqueIdFormat
from openhyperv.emulator.host.hardware.gpus import Gpu
from openhyperv.emulator.host.hardware.hardware import SYSTEM_DISK, Hardware, default_hardware
from openhyperv.emulator.host.hardware.partitionable_gpus import PartitionableGpu
from openhyperv.emulator.host.hardware.pci import PciDevice
from openhyperv.errors import InvalidInputError

_TABLES = ("disk", "pci", "gpu", "partitionable_gpu", "adapter")
_SIZES = (
    "logical_processors",
    "memory_mb",
    "numa_nodes",
    "processor_mhz",
    "processor_manufacturer",
    "has_slat",
    "is_guarded",
)
_Table = Mapping[str, object]
_Made = TypeVar("_Made")


def read_hardware(text: str, host_name: str) -> Hardware:
    """The hardware that a TOML text describes, for the host of that name.

    :raises InvalidInputError: no TOML, an unknown key, or a value that does not fit
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"The hardware is no TOML: {error}.") from error
    if unknown := document.keys() - {*_TABLES, *_SIZES}:
        raise InvalidInputError(f"Hardware has no {', '.join(sorted(unknown))}.")
    usual = default_hardware(host_name)
    try:
        return Hardware(
            **_fields(Hardware, {name: document[name] for name in _SIZES if name in document}),
            disks=_with_system_disk(_every(document, "disk", _disk)),
            pci=_every(document, "pci", _pci_device),
            gpus=_every(document, "gpu", _gpu),
            partitionable_gpus=_every(document, "partitionable_gpu", _partitionable_gpu),
            adapters=_every(document, "adapter", lambda n, table: _adapter(host_name, n, table))
            or usual.adapters,
        )
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"The hardware does not fit together: {error}.") from error


def _with_system_disk(disks: Sequence[PhysicalDisk]) -> Sequence[PhysicalDisk]:
    return disks if any(disk.is_boot for disk in disks) else [SYSTEM_DISK, *disks]


def _every(document: _Table, name: str, make: Callable[[int, _Table], _Made]) -> Sequence[_Made]:
    tables = document.get(name, [])
    if not isinstance(tables, list):
        raise InvalidInputError(f"Write [[{name}]] for each {name}.")
    return [_one(name, number, table, make) for number, table in enumerate(tables, 1)]


def _one(name: str, number: int, table: _Table, make: Callable[[int, _Table], _Made]) -> _Made:
    try:
        return make(number, table)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{name} {number}: {error}.", target=f"{name} {number}") from error


def _disk(_: int, table: _Table) -> PhysicalDisk:
    return PhysicalDisk(**_fields(PhysicalDisk, table))


def _pci_device(_: int, table: _Table) -> PciDevice:
    return PciDevice(**_fields(PciDevice, table))


def _gpu(_: int, table: _Table) -> Gpu:
    return Gpu(**_fields(Gpu, table))


def _partitionable_gpu(_: int, table: _Table) -> PartitionableGpu:
    """A graphics processor: the keys of a PCI device, and its own."""
    of_slots = attrs.fields_dict(PciDevice)
    device = {name: value for name, value in table.items() if name in of_slots}
    own = {name: value for name, value in table.items() if name not in of_slots}
    return PartitionableGpu(device=PciDevice(**_fields(PciDevice, device)), **_fields(PartitionableGpu, own))


def _adapter(host_name: str, number: int, table: _Table) -> NetworkAdapter:
    """An adapter; GUID and MAC address follow from the host's name where they are left out."""
    offloads = attrs.fields_dict(Offload)
    own = {name: value for name, value in table.items() if name not in offloads}
    offload = {name: value for name, value in table.items() if name in offloads}
    return evolve(
        adapter_for(host_name, number),
        offload=Offload(**_fields(Offload, offload)),
        **_fields(NetworkAdapter, own),
    )


def _fields(kind: type[attrs.AttrsInstance], table: _Table) -> dict[str, Any]:
    """A table's values as the class wants them."""
    attrs.resolve_types(kind)
    known = attrs.fields_dict(kind)
    if unknown := table.keys() - known.keys():
        raise ValueError(f"there is no {', '.join(sorted(unknown))}")
    return {name: _value(name, value, known[name].type) for name, value in table.items()}


def _value(name: str, value: object, wanted: object) -> object:
    if name == "addresses" and isinstance(value, list):
        return tuple(ip_interface(str(text)) for text in value)
    if name == "partition_counts" and isinstance(value, list):
        return value
    if isinstance(wanted, type) and issubclass(wanted, BusType | UniqueIdFormat):
        return _named(wanted, str(value))
    fitting = (bool, bool | None) if isinstance(value, bool) else (type(value),)
    if wanted not in fitting:
        raise TypeError(f"{name} cannot be {value!r}")
    return value


def _named(numbers: type[IntEnum], text: str) -> IntEnum:
    """``Fibre Channel``, ``fibre-channel`` and ``FIBRE_CHANNEL`` are the same."""
    name = text.upper().replace(" ", "_").replace("-", "_")
    if name not in numbers.__members__:
        raise ValueError(f"{text} is none of {', '.join(numbers.__members__)}")
    return numbers[name]
