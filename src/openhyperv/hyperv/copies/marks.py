"""What a client writes down on the host before it takes a checkpoint that it shall not outlive.

The host gives a checkpoint its GUID and name, so a client that dies before it heard of them leaves a
checkpoint that nothing tells from those of other programs. It was not there before, though, and began when
the marks were made: that is what they keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import frozen

from openhyperv.errors import NotFoundError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.checkpoints.checkpoint import Checkpoint

TAKING_TIMEOUT_S = 600.0
"""How long the client tries; a checkpoint that is younger than that after the marks is not the client's."""
_BEGUN = "begun"
_CLOCK_STEP = timedelta(seconds=2)


@frozen
class Begun:
    """A checkpoint was about to be taken: when, by the host's clock, and which others there were."""

    at: datetime
    earlier: frozenset[str]

    def led_to(self, checkpoint: Checkpoint) -> bool:
        """True for the checkpoint that was taken."""
        if checkpoint.guid in self.earlier or checkpoint.created is None:
            return False
        return self.at - _CLOCK_STEP <= checkpoint.created <= self.at + timedelta(seconds=TAKING_TIMEOUT_S)


class Marks:
    """The marks in a folder: one subfolder for each earlier checkpoint, and at last one for the beginning."""

    def __init__(self, files: HostFiles, folder: WindowsPath) -> None:
        self._files = files
        self._folder = folder

    def make(self, earlier: Sequence[Checkpoint]) -> None:
        """Write down that a checkpoint is about to be taken."""
        for checkpoint in earlier:
            self._files.make_folder(self._folder / checkpoint.guid)
        self._files.make_folder(self._folder / _BEGUN)

    def read(self) -> Begun | None:
        """What is written down, if a checkpoint was about to be taken and is not known to be gone."""
        try:
            at = self._files.status(self._folder / _BEGUN).changed_at
        except NotFoundError:
            return None
        names = frozenset(each.name.upper() for each in self._files.list(self._folder) if each.is_folder)
        return Begun(at, names)

    def clear(self) -> None:
        """The checkpoint is gone."""
        self._files.remove(self._folder / _BEGUN)
