"""What protects a machine: Secure Boot, a virtual TPM, shielding."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen


class SecureBootTemplate(StrEnum):
    """Whose signatures the firmware accepts; the value is SecureBootTemplateId.

    Published by ``Get-VMHost``'s SecureBootTemplates on Windows Server 2016 and later.
    """

    MICROSOFT_WINDOWS = "1734c6e8-3154-4dda-ba5f-a874cc483422"
    MICROSOFT_UEFI_CERTIFICATE_AUTHORITY = "272e7447-90a4-4563-a4b9-8e4ab00526ce"
    OPEN_SOURCE_SHIELDED_VM = "4292ae2b-ee2c-42b5-a969-dd8f8689f6f3"


@frozen
class Provisioning:
    """What makes a secure machine out of a template: shielding data, and values for its answer file.

    ``pdk_reference`` says where the shielding data (PDK) are kept; they are a secret and never in here.
    ``substitutions`` are values by their placeholder, such as ``@@ComputerName@@``; they may be secrets.
    """

    pdk_reference: str
    substitutions: Mapping[str, str] = field(factory=dict, repr=False)


@frozen
class Security:
    """A virtual TPM, with the machine's state encrypted; ``shielded`` also keeps the host's operators out.

    Without ``provisioning`` the keys are the host's own (a local key protector).
    """

    shielded: bool = False
    provisioning: Provisioning | None = None
