"""Where a block's entries stand in the block allocation table, and what they say ([MS-VHDX] 2.4, 2.5)."""

from __future__ import annotations

from enum import IntEnum

from attrs import frozen

from openhyperv.emulator.disks.kinds import MIB

ENTRY_BYTES = 8
BITMAP_BLOCK_BYTES = MIB
_SECTORS_PER_BITMAP_BLOCK = 1 << 23
_STATE_MASK = 7


class BlockState(IntEnum):
    """Payload block states ([MS-VHDX] 2.5.1.1); bitmap blocks use the first and FULL."""

    NOT_PRESENT = 0
    UNDEFINED = 1
    ZERO = 2
    UNMAPPED = 3
    FULL = 6
    PARTIAL = 7


@frozen
class Geometry:
    """The arithmetic of a disk cut into blocks, and of blocks gathered into chunks of one bitmap block."""

    size_bytes: int
    block_bytes: int
    sector_bytes: int
    has_parent: bool

    @property
    def chunk_blocks(self) -> int:
        """Payload blocks per bitmap block: the chunk ratio."""
        return _SECTORS_PER_BITMAP_BLOCK * self.sector_bytes // self.block_bytes

    @property
    def blocks(self) -> int:
        """Payload blocks of the disk."""
        return -(-self.size_bytes // self.block_bytes)

    @property
    def entries(self) -> int:
        """Entries that the table must have: the last one of a child is for a bitmap block."""
        if self.has_parent:
            return -(-self.blocks // self.chunk_blocks) * (self.chunk_blocks + 1)
        return self.blocks + (self.blocks - 1) // self.chunk_blocks

    @property
    def bitmap_bytes(self) -> int:
        """Bytes of bitmap per payload block."""
        return self.block_bytes // self.sector_bytes // 8

    def payload_entry(self, block: int) -> int:
        """The index of a payload block's entry."""
        return block + block // self.chunk_blocks

    def bitmap_entry(self, block: int) -> int:
        """The index of the entry for the bitmap block that covers a payload block."""
        return (block // self.chunk_blocks + 1) * (self.chunk_blocks + 1) - 1

    def bitmap_offset(self, block: int) -> int:
        """Where a payload block's bits begin inside their bitmap block."""
        return block % self.chunk_blocks * self.bitmap_bytes


def state_of(entry: int) -> int:
    """The state in an entry; not each number is a BlockState in a damaged file."""
    return entry & _STATE_MASK


def offset_of(entry: int) -> int:
    """The file offset in an entry."""
    return entry // MIB * MIB


def make_entry(state: BlockState, offset: int) -> int:
    """An entry for a block at a file offset of whole MiB."""
    return offset | state
