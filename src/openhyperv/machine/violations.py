"""The rules by name, and the error that says which one was broken."""

from __future__ import annotations

from enum import StrEnum

from openhyperv.errors import MachineRuleError, UnsupportedError


class Rule(StrEnum):
    """Every rule a request can break; the value is stable and may be shown to users and programs."""

    ARCHITECTURE = "architecture"
    BOOT_INDEX = "boot-index"
    CHECKPOINTS = "checkpoints"
    CONFIG_DRIVE = "config-drive"
    CPU_FEATURES = "cpu-features"
    DISK_BUS = "disk-bus"
    DISK_FORMAT = "disk-format"
    DISK_LIMIT = "disk-limit"
    DISK_SIZE = "disk-size"
    DISK_SLOTS = "disk-slots"
    DRIVE_NAME = "drive-name"
    DYNAMIC_MEMORY = "dynamic-memory"
    FIRMWARE_CONTRADICTION = "firmware-contradiction"
    FIRMWARE_TYPE = "firmware-type"
    GPU_PARTITION = "gpu-partition"
    HOST_VERSION_REQUIREMENT = "host-version-requirement"
    HYPERVISOR_TYPE = "hypervisor-type"
    MACHINE_TYPE = "machine-type"
    MEMORY = "memory"
    MMIO = "mmio"
    NAME = "name"
    NETWORK_ADAPTER = "network-adapter"
    NUMA_ASYMMETRIC = "numa-asymmetric"
    NUMA_CPUS = "numa-cpus"
    NUMA_INCOMPLETE = "numa-incomplete"
    NUMA_MEMORY = "numa-memory"
    NUMA_NODES = "numa-nodes"
    PCI_ALIAS = "pci-alias"
    PCI_CLAIM = "pci-claim"
    PORT_BANDWIDTH = "port-bandwidth"
    PORT_OFFLOAD = "port-offload"
    PORT_RULES = "port-rules"
    PORT_SWITCH = "port-switch"
    PORT_VLAN = "port-vlan"
    PROPERTY_CONFLICT = "property-conflict"
    PROPERTY_TEXT = "property-text"
    REMOTEFX = "remotefx"
    SECURE_BOOT_GENERATION = "secure-boot-generation"
    SECURE_BOOT_OS_TYPE = "secure-boot-os-type"
    SECURE_BOOT_TEMPLATE = "secure-boot-template"
    SECURE_BOOT_VALUE = "secure-boot-value"
    SECURE_VM_GENERATION = "secure-vm-generation"
    SECURE_VM_OS_TYPE = "secure-vm-os-type"
    SECURE_VM_SECURE_BOOT = "secure-vm-secure-boot"
    SECURE_VM_VALUE = "secure-vm-value"
    SERIAL_PORT = "serial-port"
    SHIELDING_DATA = "shielding-data"
    STOP_ACTION = "stop-action"
    SUBSTITUTION = "substitution"
    SWITCH = "switch"
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


class NotOfferedError(UnsupportedError):
    """A request for what no Hyper-V host offers, so that another one would not help."""


def one_of(rule: Rule, subject: str, value: str, allowed: tuple[str, ...]) -> str:
    """``value``, if it is one of ``allowed``.

    :raises BrokenRuleError: it is not
    """
    if value in allowed:
        return value
    verb = "is" if len(allowed) == 1 else "are"
    raise BrokenRuleError(rule, subject, f"{subject} is {value!r}; allowed {verb} {', '.join(allowed)}.")
