"""``hv vm create --from FILE``: what a cloud knows of a machine, in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from openhyperv.cli.documents import Table
from openhyperv.errors import InvalidInputError
from openhyperv.machine.lifecycle import CheckpointKind
from openhyperv.machine.pci import PciAddress, PciAlias
from openhyperv.machine.policy import Policy

_CHECKPOINTS = {kind.name.lower(): kind for kind in CheckpointKind}


@frozen(kw_only=True)
class MachineFile:
    """The tables ``properties`` (of the image), ``flavor``, ``metadata`` and ``policy``, and PCI devices."""

    properties: Mapping[str, str] = field(factory=dict)
    vcpus: int = 1
    memory_mb: int = 1024
    root_gb: int = 0
    extra_specs: Mapping[str, str] = field(factory=dict)
    metadata: Mapping[str, str] = field(factory=dict, repr=False)
    hostname: str = ""
    asset_tag: str = ""
    policy: Policy = field(factory=Policy)
    pci_aliases: tuple[PciAlias, ...] = ()
    pci_claims: tuple[PciAddress, ...] = ()


def read_machine_file(path: Path) -> MachineFile:
    """Read a TOML, YAML or JSON file.

    :raises InvalidInputError: it cannot be read, has something unknown, or something of the wrong kind
    """
    document = Table.of_file(path)
    flavor = document.table("flavor")
    vcpus, memory_mb = flavor.number("vcpus"), flavor.number("memory_mb")
    machine = MachineFile(
        properties=document.table("properties").words(),
        vcpus=1 if vcpus is None else vcpus,
        memory_mb=1024 if memory_mb is None else memory_mb,
        root_gb=flavor.number("root_gb") or 0,
        extra_specs=flavor.table("extra_specs").words(),
        metadata=document.table("metadata").words(),
        hostname=document.text("hostname") or "",
        asset_tag=document.text("asset_tag") or "",
        policy=_policy(document.table("policy")),
        pci_aliases=tuple(_alias(table) for table in document.tables("pci_aliases")),
        pci_claims=tuple(PciAddress.parse(text) for text in document.texts("pci_claims")),
    )
    flavor.finish()
    document.finish()
    return machine


def _policy(table: Table) -> Policy:
    ratio = table.decimal("dynamic_memory_ratio")
    policy = Policy(
        dynamic_memory_ratio=1.0 if ratio is None else float(ratio),
        limit_cpu_features=bool(table.flag("limit_cpu_features")),
        automatic_shutdown=bool(table.flag("automatic_shutdown")),
        checkpoints=_checkpoints(table),
    )
    table.finish()
    return policy


def _checkpoints(table: Table) -> CheckpointKind | None:
    word = table.text("checkpoints")
    if word is not None and word not in _CHECKPOINTS:
        raise InvalidInputError(
            f"{table.name}.checkpoints is {word!r}; allowed are {', '.join(_CHECKPOINTS)}.",
            target=str(table.path),
        )
    return None if word is None else _CHECKPOINTS[word]


def _alias(table: Table) -> PciAlias:
    name, vendor_id, product_id = (table.text(key) for key in ("name", "vendor_id", "product_id"))
    table.finish()
    if not (name and vendor_id and product_id):
        raise InvalidInputError(f"{table.name} needs name, vendor_id and product_id.", target=str(table.path))
    return PciAlias(name, vendor_id.lower(), product_id.lower())
