"""What values Hyper-V takes for a virtual machine's own settings."""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.identities import SYSTEM_SETTINGS
from openhyperv.emulator.host.power.guest_machine import TEMPLATES
from openhyperv.emulator.host.profile import Profile
from openhyperv.wire.types import PropertyDecl, Value

LONGEST_NAME = 100  # UNVERIFIED: the most characters that a VM's ElementName can have

BOOT_DEVICES = 4
"""How many kinds of devices a BIOS boots from."""


def check_system_settings(
    changes: Mapping[str, Value], generation: int, profile: Profile, schema: Schema
) -> None:
    """Refuse values that no VM of this generation can have on this release.

    :raises MethodFailure: with 32773
    """
    name = changes.get("ElementName")
    if isinstance(name, str) and not 0 < len(name) <= LONGEST_NAME:
        raise MethodFailure(Code.INVALID_PARAMETER, f"A name has 1 to {LONGEST_NAME} characters.")
    version = changes.get("Version")
    if version is not None and version not in profile.configuration_versions:
        raise MethodFailure(Code.INVALID_PARAMETER, f"Version {version} is not supported here.")
    template = changes.get("SecureBootTemplateId")
    if isinstance(template, str) and template.lower() not in TEMPLATES:
        raise MethodFailure(Code.INVALID_PARAMETER, f"There is no Secure Boot template {template}.")
    _check_boot(changes, generation)
    decl = schema.find("root/virtualization/v2", SYSTEM_SETTINGS)
    for changed, value in changes.items():
        declared = decl.property(changed) if decl else None
        if declared is not None:
            _check_enumerated(declared, value)


def _check_boot(changes: Mapping[str, Value], generation: int) -> None:
    """What Microsoft's page of Msvm_VirtualSystemSettingData says of BootOrder and SecureBootEnabled."""
    if changes.get("SecureBootEnabled") is True and generation == 1:
        raise MethodFailure(Code.INVALID_PARAMETER, "Secure Boot can be enabled for generation 2 alone.")
    order = changes.get("BootOrder")
    if isinstance(order, list) and order and not len(order) == len({*map(str, order)}) == BOOT_DEVICES:
        raise MethodFailure(Code.INVALID_PARAMETER, f"BootOrder names {BOOT_DEVICES} devices, none twice.")


def _check_enumerated(declared: PropertyDecl, value: Value) -> None:
    """An integer whose meanings Microsoft lists must be one of them."""
    entries = value if isinstance(value, list) else [value]
    for entry in entries:
        if declared.values and isinstance(entry, int) and str(entry) not in declared.values:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{declared.name} cannot be {entry}.")
