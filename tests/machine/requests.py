"""Requests that the tests of this room start from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from openhyperv.machine.drives import DiskFormat, FromImage
from openhyperv.machine.host_version import WINDOWS_2025
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.request import DiskRequest, MachineRequest

GIB = 1024**3
IDENTITY = UUID("5d1c2f0e-6a44-4f0c-9a39-0d6a4f6f2b11")
IMAGE = FromImage(r"C:\cache\image.vhdx", DiskFormat.VHDX, 2 * GIB)
ROOT = DiskRequest("root", IMAGE, boot_index=0)

GENERATION_2 = {"hw_machine_type": "hyperv-gen2"}
SECURE_LINUX = {**GENERATION_2, "os_secure_boot": "required", "os_type": "linux"}


def request(
    image: dict[str, str] | None = None, extra_specs: dict[str, str] | None = None, **changes: Any
) -> MachineRequest:
    """An ordinary machine on Windows Server 2025, with these properties and changes."""
    flavor = Flavor(
        changes.pop("vcpus", 2), changes.pop("memory_mb", 512), changes.pop("root_gb", 0), extra_specs or {}
    )
    fields = {"name": "vm-1", "identity": IDENTITY, "host": WINDOWS_2025, "disks": (ROOT,), **changes}
    return MachineRequest(flavor=flavor, image=ImageProperties(image or {}), **fields)
