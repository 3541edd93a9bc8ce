"""What the administrator has set for all virtual machines of the host."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from attrs import asdict, define

from openhyperv.emulator.host.files import DATA_ROOT, DISK_ROOT


@define(eq=False)
class ServiceSettings:
    """The changeable part of Msvm_VirtualSystemManagementServiceSettingData."""

    minimum_mac: str
    maximum_mac: str
    data_root: str = DATA_ROOT
    disk_root: str = DISK_ROOT
    numa_spanning_enabled: bool = True  # UNVERIFIED: on; Windows follows a change when its service restarts
    enhanced_session_mode_enabled: bool = False
    primary_owner_contact: str = ""
    primary_owner_name: str = "Administrators"
    bios_lock: str = ""
    hba_lun_timeout_s: int = 30


def load_settings(file: Path, host_name: str) -> ServiceSettings:
    """The settings as they were last kept; on a new host the initial ones."""
    if not file.exists():
        return _initial_settings(host_name)
    return ServiceSettings(**json.loads(file.read_text("utf-8")))


def save_settings(file: Path, settings: ServiceSettings) -> None:
    """Keep settings; a crash leaves the old or the new ones."""
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(settings)), "utf-8")
    temporary.replace(file)


def _initial_settings(host_name: str) -> ServiceSettings:
    """The settings of a host on which nobody changed any.

    Each host has 256 addresses of Microsoft's range 00-15-5D for its VMs (Microsoft, "Dynamic MAC
    addresses"); real ones derive the fourth and fifth byte from their IP address.
    """
    digest = hashlib.sha256(host_name.upper().encode()).hexdigest().upper()
    prefix = f"00155D{digest[:4]}"
    return ServiceSettings(f"{prefix}00", f"{prefix}FF")
