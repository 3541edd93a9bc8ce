"""What grew from what: a machine's checkpoints as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from openhyperv.hyperv.checkpoints.checkpoint import Checkpoint


@frozen
class CheckpointNode:
    """A checkpoint with those taken next after it, oldest first.

    ``is_current`` marks the one that the machine's present state grew from.
    """

    checkpoint: Checkpoint
    is_current: bool
    children: tuple[CheckpointNode, ...]

    def walk(self, depth: int = 0) -> Iterator[tuple[int, CheckpointNode]]:
        """It and all that grew from it, parents first, each with its depth."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


@frozen
class CheckpointTree:
    """All checkpoints of a machine; ``roots`` are those that grew from none."""

    roots: tuple[CheckpointNode, ...]

    def walk(self) -> Iterator[tuple[int, CheckpointNode]]:
        """Every checkpoint, parents first, each with its depth."""
        for root in self.roots:
            yield from root.walk()

    @property
    def current(self) -> Checkpoint | None:
        """The checkpoint that the machine's present state grew from; None where it has none."""
        return next((node.checkpoint for _, node in self.walk() if node.is_current), None)


def grow_tree(checkpoints: Sequence[Checkpoint], current: str | None) -> CheckpointTree:
    """The tree of checkpoints; ``current`` is the GUID of the one that the present state grew from.

    One whose parent is not among them (a backup program's) is a root.
    """
    known = {checkpoint.guid for checkpoint in checkpoints}

    def grow(parent: str | None) -> tuple[CheckpointNode, ...]:
        return tuple(
            CheckpointNode(each, each.guid == current, grow(each.guid))
            for each in checkpoints
            if (each.parent if each.parent in known else None) == parent
        )

    return CheckpointTree(grow(None))
