"""Validators for the extra specs that Nova does not know, loaded by nova-api.

Nova calls :func:`register` through the entry point group ``nova.api.extra_spec_validators`` and refuses at
microversion 2.86 and above whatever no validator knows in a namespace that one of them has. Names and allowed
values are those of the rules.
"""

from __future__ import annotations

from typing import Any

from nova.api.validation.extra_specs import base

from openhyperv.machine.rules.reading import TRUTHS
from openhyperv.machine.vocabulary.extra_specs import EXTRA_SPECS
from openhyperv.machine.vocabulary.words import Choice, Choices, Number, Pattern, Truth, Value, Word

# Nova has validators for these itself; which of two for one name counts is not defined.
KNOWN_TO_NOVA = frozenset(
    {
        "hw:hide_hypervisor_id",
        "hw:numa_cpus.{num}",
        "hw:numa_mem.{num}",
        "hw:numa_nodes",
        "hw:tpm_version",
        "os:secure_boot",
        "pci_passthrough:alias",
        "quota:disk_total_bytes_sec",
        "quota:disk_total_iops_sec",
        "resources:VGPU",
    }
)


def register() -> list[base.ExtraSpecValidator]:
    """A validator for every extra spec that the rules read and Nova does not know."""
    return [_validator(word) for word in EXTRA_SPECS if word.name not in KNOWN_TO_NOVA]


def _validator(word: Word) -> base.ExtraSpecValidator:
    return base.ExtraSpecValidator(name=word.name, description=word.meaning, value=_schema(word.value))


def _schema(value: Value) -> dict[str, Any]:
    """As Nova describes values; a pattern has to match the whole value."""
    match value:
        case Choice(values):
            return {"type": str, "enum": list(values)}
        case Choices(values):
            one = rf"\s*({'|'.join(values)})?\s*"
            return {"type": str, "pattern": f"(?i:{one}(,{one})*)"}
        case Number(numbers):
            return {"type": int, "min": numbers[0], "max": numbers[-1]}
        case Truth():
            return {"type": str, "pattern": rf"(?i:\s*({'|'.join(TRUTHS)})\s*)"}
        case Pattern(regex, _):
            return {"type": str, "pattern": regex}
