"""What must be known to finish a run that a crash has ended: a small file beside the overlays."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve, frozen

_SUFFIX = ".run.json"


@frozen
class Layover:
    """An overlay and the leaf that its writes belong to."""

    overlay: Path
    leaf: Path
    is_folded: bool = False


@frozen
class RunRecord:
    """The run files of one disk, the oldest overlay first."""

    folder: Path
    name: str
    server_folder: Path
    unfolded: tuple[Path, ...]
    layovers: tuple[Layover, ...]

    @property
    def _path(self) -> Path:
        return self.folder / f"{self.name}{_SUFFIX}"

    @property
    def exists(self) -> bool:
        """Whether the run is still to be finished."""
        return self._path.exists()

    def with_layover(self, layover: Layover) -> RunRecord:
        """The record with one more overlay on top."""
        return evolve(self, layovers=(*self.layovers, layover))

    def with_folded(self, index: int) -> RunRecord:
        """The record with one overlay marked as folded."""
        layovers = list(self.layovers)
        layovers[index] = evolve(layovers[index], is_folded=True)
        return evolve(self, layovers=tuple(layovers))

    def save(self) -> None:
        """Write it whole, or leave the old one."""
        content = {
            "server_folder": str(self.server_folder),
            "unfolded": [str(path) for path in self.unfolded],
            "layovers": [[str(each.overlay), str(each.leaf), each.is_folded] for each in self.layovers],
        }
        fresh = self._path.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    def erase(self) -> None:
        """Delete every run file, the record last: until then the run can be finished again."""
        for path in (*self.unfolded, *(each.overlay for each in self.layovers), self._path):
            path.unlink(missing_ok=True)


def read_records(folder: Path) -> Iterator[RunRecord]:
    """The runs that are not finished."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        content = json.loads(path.read_text())
        yield RunRecord(
            folder,
            path.name.removesuffix(_SUFFIX),
            Path(content["server_folder"]),
            tuple(Path(path) for path in content["unfolded"]),
            tuple(Layover(Path(overlay), Path(leaf), done) for overlay, leaf, done in content["layovers"]),
        )
