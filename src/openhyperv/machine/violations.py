"""The rules by name, and the error that says which one was broken."""

from __future__ import annotations

from enum import StrEnum

from openhyperv.errors import MachineRuleError


class Rule(StrEnum):
    """Every rule a request can break; the value is stable and may be shown to users and programs."""

    ARCHITECTURE = "architecture"
    BOOT_INDEX = "boot-index"
    DISK_BUS = "disk-bus"
    DISK_FORMAT = "disk-format"
    DISK_SIZE = "disk-size"
    DISK_SLOTS = "disk-slots"
    DRIVE_NAME = "drive-name"
    FIRMWARE_CONTRADICTION = "firmware-contradiction"
    FIRMWARE_TYPE = "firmware-type"
    HOST_VERSION_REQUIREMENT = "host-version-requirement"
    HYPERVISOR_TYPE = "hypervisor-type"
    MACHINE_TYPE = "machine-type"
    MEMORY = "memory"
    NAME = "name"
    NETWORK_ADAPTER = "network-adapter"
    PORT_BANDWIDTH = "port-bandwidth"
    PORT_RULES = "port-rules"
    PORT_SWITCH = "port-switch"
    PORT_VLAN = "port-vlan"
    PROPERTY_TEXT = "property-text"
    SECURE_BOOT_GENERATION = "secure-boot-generation"
    SECURE_BOOT_OS_TYPE = "secure-boot-os-type"
    SECURE_BOOT_VALUE = "secure-boot-value"
    SERIAL_PORT = "serial-port"
    TEXT = "text"
    VCPUS = "vcpus"


class BrokenRuleError(MachineRuleError):
    """A request that breaks a rule of Hyper-V machines or their ports.

    - ``rule``: which one, for programs
    - ``subject``: the property, extra spec or part of the request that broke it, also in ``target``
    """

    def __init__(
        self,
        rule: Rule,
        subject: str,
        message: str,
        *,
        remedy: str | None = None,
        operation: str = "design a machine",
    ) -> None:
        super().__init__(message, target=subject, operation=operation, remedy=remedy)
        self.rule = rule
        self.subject = subject


def one_of(rule: Rule, subject: str, value: str, allowed: tuple[str, ...]) -> str:
    """``value``, if it is one of ``allowed``.

    :raises BrokenRuleError: it is not
    """
    if value in allowed:
        return value
    raise BrokenRuleError(rule, subject, f"{subject} is {value!r}; allowed are {', '.join(allowed)}.")
