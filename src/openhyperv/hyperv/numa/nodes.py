"""The host's own NUMA nodes: their processors, and the memory that is left of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.values import number, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import equal, select

_MIB = 1024**2
_COLUMNS = ("NodeID", "SystemName", "NumberOfLogicalProcessors", "CurrentlyConsumableMemoryBlocks")


@frozen
class NumaNode:
    """One node with what is in it; ``free_memory_mb`` is what machines can still take of it."""

    number: int
    logical_processors: int
    memory_mb: int
    free_memory_mb: int


def node_rows(session: Session) -> list[Instance]:
    """The nodes as the host tells of them, in one query."""
    return list(session.query(select("Msvm_NumaNode", *_COLUMNS)))


def host_memories(session: Session, host: str) -> Mapping[str, Instance]:
    """The host's own memories by number, in one query; running machines have memories as well."""
    query = select("Msvm_Memory", "DeviceID", "BlockSize", "NumberOfBlocks").where(equal("SystemName", host))
    return {_last_part(row, "DeviceID"): row for row in session.query(query)}


def joined(rows: Iterable[Instance], memories: Mapping[str, Instance]) -> tuple[NumaNode, ...]:
    """The nodes, joined to their memory by number: both are named after it, as recorded from real hosts."""
    nodes = (_node(row, memories) for row in rows)
    return tuple(sorted(nodes, key=lambda node: node.number))


def _node(row: Instance, memories: Mapping[str, Instance]) -> NumaNode:
    node = _last_part(row, "NodeID")
    memory = memories.get(node)
    block_bytes = 0 if memory is None else number(memory, "BlockSize")
    blocks = 0 if memory is None else number(memory, "NumberOfBlocks")
    return NumaNode(
        int(node),
        number(row, "NumberOfLogicalProcessors"),
        blocks * block_bytes // _MIB,
        number(row, "CurrentlyConsumableMemoryBlocks") * block_bytes // _MIB,
    )


def _last_part(row: Instance, key: str) -> str:
    return text(row, key).rpartition("\\")[2]
