"""What becomes of a machine's parts of its host: PCI devices, GPU partitions, the RemoteFX display.

They go before anything else changes, since memory and stop action depend on them, and come when those fit.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.creation.host_parts import with_path
from openhyperv.hyperv.devices.claiming import claim
from openhyperv.hyperv.devices.inventory import PCI_EXPRESS_SETTINGS
from openhyperv.hyperv.devices.settings import pci_express_port
from openhyperv.hyperv.gpus.displays import Displays, displays_among
from openhyperv.hyperv.gpus.partitions import is_as_asked, partition_of
from openhyperv.hyperv.gpus.settings import (
    GPU_PARTITION_SETTINGS,
    gpu_partition,
    plain_display,
    remotefx_display,
)
from openhyperv.hyperv.names import setting
from openhyperv.hyperv.reconfiguring.present import Present
from openhyperv.hyperv.values import text
from openhyperv.machine.host_version import WINDOWS_2016
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_WORDS = {"PciExpress": "a PCI device", "GpuPartition": "a GPU partition", "Display": "the display"}


@frozen
class PartsPlan:
    """Settings that go, that come, and displays that change; the latter by key."""

    going: tuple[Instance, ...]
    coming: tuple[Instance, ...]
    changing: tuple[Instance, ...]

    @property
    def going_paths(self) -> list[ObjectPath]:
        """What is to be removed."""
        return [setting(each.class_name, text(each, "InstanceID")) for each in self.going]

    def words(self) -> list[str]:
        """What it changes, for people; once for each kind."""
        classes = [each.class_name for each in (*self.going, *self.coming, *self.changing)]
        return [word for part, word in _WORDS.items() if any(part in name for name in classes)]


def plan_parts(session: Session, present: Present, spec: MachineSpec) -> PartsPlan:
    """Compare; requests only for devices and GPUs that the specification names.

    :raises NotFoundError, ConflictError: as for creating such a machine; nothing was changed
    """
    ports = _ports(session, present, spec)
    partitions = _partitions(session, present, spec)
    displays = displays_among(present.devices.values())
    shown = _displays(displays, spec)
    return PartsPlan(
        (*ports[0], *partitions[0], *shown[0]),
        (*ports[1], *partitions[1], *shown[1]),
        tuple(displays.changes_to(present.guid, spec.graphics)),
    )


def _of_class(present: Present, class_name: str) -> Iterator[Instance]:
    return (each for each in present.devices.values() if each.class_name == class_name)


def _ports(session: Session, present: Present, spec: MachineSpec) -> tuple[list[Instance], list[Instance]]:
    claimed = claim(session, spec.pci_devices, machine=present.guid)
    kept = {str(each.port.key("InstanceID")).upper() for each in claimed if each.port is not None}
    ports = _of_class(present, PCI_EXPRESS_SETTINGS)
    going = [port for port in ports if text(port, "InstanceID").upper() not in kept]
    return going, [pci_express_port(each.path) for each in claimed if each.port is None]


def _partitions(
    session: Session, present: Present, spec: MachineSpec
) -> tuple[list[Instance], list[Instance]]:
    rows = list(_of_class(present, GPU_PARTITION_SETTINGS))
    wanted = [with_path(session, partition) for partition in spec.gpu_partitions]
    has = [partition_of(row) for row in rows]
    if len(has) == len(wanted) and all(is_as_asked(*pair) for pair in zip(has, wanted, strict=True)):
        return [], []
    return rows, [gpu_partition(partition) for partition in wanted]


def _displays(displays: Displays, spec: MachineSpec) -> tuple[list[Instance], list[Instance]]:
    wanted, other = displays.display_3d, displays.plain
    make = plain_display(is_2016=spec.host >= WINDOWS_2016)
    if spec.graphics is None:
        wanted, other = other, wanted
    else:
        make = remotefx_display(spec.graphics)
    return [other] if other is not None else [], [] if wanted is not None else [make]
