"""What the administrator has set for all virtual machines of the host."""

from __future__ import annotations

import hashlib

from attrs import define, field

from openhyperv.emulator.host.files import DATA_ROOT, DISK_ROOT


@define(eq=False)
class ServiceSettings:
    """The changeable part of Msvm_VirtualSystemManagementServiceSettingData."""

    minimum_mac: str
    maximum_mac: str
    data_root: str = DATA_ROOT
    disk_root: str = DISK_ROOT
    numa_spanning_enabled: bool = True
    enhanced_session_mode_enabled: bool = False
    primary_owner_contact: str = ""
    primary_owner_name: str = "Administrators"
    bios_lock: str = ""
    hba_lun_timeout_s: int = field(default=30)


def initial_settings(host_name: str) -> ServiceSettings:
    """The settings of a host on which nobody changed any.

    Each host has 256 addresses of Microsoft's range 00-15-5D for its VMs (Microsoft, "Dynamic MAC
    addresses"); real ones derive the fourth and fifth byte from their IP address.
    """
    digest = hashlib.sha256(host_name.upper().encode()).hexdigest().upper()
    prefix = f"00155D{digest[:4]}"
    return ServiceSettings(f"{prefix}00", f"{prefix}FF")
