"""Files of this machine that a new machine gets, such as its config drive."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from openhyperv.files.windows_path import WindowsPath


@frozen
class Upload:
    """A file here, and where it shall be on the host: in the machine's folder, with which it goes."""

    source: Path
    target: WindowsPath
