"""Machines to create, made by the rules that every caller's requests go through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from openhyperv.machine.design import design_machine
from openhyperv.machine.drives import BlankDisk
from openhyperv.machine.host_version import WINDOWS_2025, HostVersion
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.request import DiskRequest, MachineRequest
from openhyperv.machine.spec import MachineSpec

GIB = 1024**3
GEN_1 = {"hw_machine_type": "hyperv-gen1"}
GEN_2 = {"hw_machine_type": "hyperv-gen2"}


def machine_spec(
    name: str = "machine",
    properties: Mapping[str, str] = GEN_2,
    *,
    host: HostVersion = WINDOWS_2025,
    vcpus: int = 1,
    memory_mb: int = 512,
    extra_specs: Mapping[str, str] | None = None,
    **devices: Any,
) -> MachineSpec:
    """A machine without drives; ``devices`` are fields of :class:`MachineRequest`."""
    flavor, image = Flavor(vcpus, memory_mb, extra_specs=extra_specs or {}), ImageProperties(properties)
    return design_machine(MachineRequest(name, uuid4(), flavor, host, image, **devices))


def with_disk(name: str = "machine", properties: Mapping[str, str] = GEN_2, **options: Any) -> MachineSpec:
    """A machine with a blank disk of 1 GiB."""
    disks = (DiskRequest("root", BlankDisk(), size_bytes=GIB, boot_index=0),)
    return machine_spec(name, properties, disks=disks, **options)
