"""A machine as a whole, as the settings that Hyper-V keeps of it. Pure: nothing is sent here."""

from __future__ import annotations

from enum import IntEnum

from openhyperv.hyperv.names import SYSTEM_SETTINGS
from openhyperv.machine.boot import BiosBoot
from openhyperv.machine.host_version import WINDOWS_2016
from openhyperv.machine.spec import Generation, MachineSpec
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_SUBTYPE = "Microsoft:Hyper-V:SubType"


class AutomaticStartup(IntEnum):
    """What a machine does when its host boots (AutomaticStartupAction)."""

    NONE = 2
    RESTART_IF_ACTIVE = 3
    ALWAYS = 4


def subtype(generation: Generation) -> str:
    """What Hyper-V calls a generation (VirtualSystemSubType)."""
    return f"{_SUBTYPE}:{generation.value}"


def new_machine(spec: MachineSpec, notes: list[str]) -> Instance:
    """All that can be said of a machine before it has devices."""
    birth: dict[str, Value] = {"VirtualSystemSubType": subtype(spec.generation), "Notes": notes}
    return Instance(SYSTEM_SETTINGS, {**birth, **whole_values(spec)})


def whole_values(spec: MachineSpec) -> dict[str, Value]:
    """What a specification says of the machine as a whole, apart from the boot order of generation 2."""
    return {
        "ElementName": spec.name,
        "AutomaticStartupAction": AutomaticStartup.NONE.value,
        "AutomaticShutdownAction": spec.stop_action.value,
        "VirtualNumaEnabled": spec.numa is not None,
        **_firmware(spec),
        **_checkpoints(spec),
        **_in_smbios(spec),
        **_address_space(spec),
    }


def _firmware(spec: MachineSpec) -> dict[str, Value]:
    """Secure Boot is always stated: Hyper-V's own default for generation 2 is on.

    Templates came with Windows Server 2016; before, Secure Boot accepts Microsoft's Windows signatures only.
    """
    values: dict[str, Value] = {}
    if spec.generation is Generation.TWO:
        values["SecureBootEnabled"] = spec.secure_boot is not None
    if spec.secure_boot is not None and spec.host >= WINDOWS_2016:
        values["SecureBootTemplateId"] = spec.secure_boot.value
    if isinstance(spec.boot_order, BiosBoot):
        values["BootOrder"] = [device.value for device in spec.boot_order.devices]
    return values


def _checkpoints(spec: MachineSpec) -> dict[str, Value]:
    return {} if spec.checkpoints is None else {"UserSnapshotType": spec.checkpoints.value}


def _in_smbios(spec: MachineSpec) -> dict[str, Value]:
    """What the guest reads of its chassis (SMBIOS type 3), and which machine it is in (type 1)."""
    values: dict[str, Value] = {"ChassisAssetTag": spec.asset_tag} if spec.asset_tag else {}
    if spec.firmware_guid is not None:
        # UNVERIFIED: a machine is given the GUID of its firmware as it is defined
        values["BIOSGUID"] = f"{{{spec.firmware_guid}}}".upper()
    return values


def _address_space(spec: MachineSpec) -> dict[str, Value]:
    """For devices of the host that the machine gets for itself."""
    values: dict[str, Value] = {}
    if spec.pci_devices or spec.gpu_partitions:
        values["GuestControlledCacheTypes"] = True
    if spec.mmio is not None:
        values |= {"LowMmioGapSize": spec.mmio.low_mb, "HighMmioGapSize": spec.mmio.high_mb}
    return values
