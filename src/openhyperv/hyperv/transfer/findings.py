"""What an imported machine lacks on this host, thing by thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from attrs import frozen

from openhyperv.cim.schema import Schema
from openhyperv.errors import ConflictError, InvalidInputError
from openhyperv.hyperv.values import text, texts
from openhyperv.wire.cimxml import instance_from_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.types import Value


class FindingKind(StrEnum):
    """What it is about, by the class of what the host names."""

    SWITCH = "switch"
    DISK = "disk"
    CHECKPOINT = "checkpoint"
    MEMORY = "memory"
    PROCESSOR = "processor"
    OTHER = "other"


_KINDS = {
    "msvm_ethernetportallocationsettingdata": FindingKind.SWITCH,
    "msvm_storageallocationsettingdata": FindingKind.DISK,
    "msvm_virtualsystemsettingdata": FindingKind.CHECKPOINT,
    "msvm_memorysettingdata": FindingKind.MEMORY,
    "msvm_processorsettingdata": FindingKind.PROCESSOR,
}


@frozen
class Finding:
    """Something that keeps an imported machine from being one.

    ``subject`` is what to name when it is put right: the switch or the file as the machine knows it.
    ``element`` is the InstanceID of the settings concerned.
    """

    kind: FindingKind
    subject: str
    text: str
    element: str


class UnfitMachineError(ConflictError):
    """A machine that lacks something on this host; ``findings`` says what. Nothing of it is left."""

    def __init__(self, findings: Sequence[Finding], *, host: str, target: str) -> None:
        told = " ".join(finding.text for finding in findings)
        message = f"The machine does not fit this host: {told}"
        super().__init__(message, host=host, target=target, operation="import")
        self.findings = tuple(findings)


def read_findings(errors: Sequence[Value], devices: Sequence[Instance], schema: Schema) -> Iterator[Finding]:
    """The findings in the texts of Msvm_Error that a job has; ``devices`` are the machine's own."""
    known = {text(device, "InstanceID").lower(): device for device in devices}
    for each in errors:
        if isinstance(each, str):
            yield _finding(instance_from_text(each, schema), known)


def _finding(error: Instance, known: dict[str, Instance]) -> Finding:
    source = _source(text(error, "ErrorSource"))
    element = str(source.key("InstanceID") or "") if source is not None else ""
    kind = _KINDS.get(source.class_name.lower(), FindingKind.OTHER) if source else FindingKind.OTHER
    device = known.get(element.lower())
    return Finding(kind, _subject(device) if device else "", text(error, "Message"), element)


def _source(path: str) -> ObjectPath | None:
    try:
        return parse_path(path)
    except InvalidInputError:
        return None


def _subject(device: Instance) -> str:
    return text(device, "LastKnownSwitchName") or next(iter(texts(device, "HostResource")), "")
