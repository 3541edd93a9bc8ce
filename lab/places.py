"""Where everything of a lab lies."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path

from attrs import frozen

from lab.errors import LabError

CHECKOUT = Path(__file__).resolve().parent.parent


@frozen
class Places:
    """The folders of one lab: ``state`` is all it writes, ``venv`` is where OpenStack is installed."""

    state: Path
    venv: Path = Path(sys.prefix)

    @classmethod
    def from_environment(cls) -> Places:
        """The folder that OPENHYPERV_LAB names, or ``.lab`` in the checkout."""
        return cls(Path(os.environ.get("OPENHYPERV_LAB") or CHECKOUT / ".lab").resolve())

    def make(self) -> None:
        """Make the folders; nobody else may look inside."""
        for folder in (self.state, self.configuration, self.logs, self.processes):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def make_networks(self) -> None:
        """Make the folder of the physical networks.

        :raises LabError: somebody else has made it before
        """
        self.networks.mkdir(mode=0o700, exist_ok=True)
        if self.networks.stat().st_uid != os.getuid():
            raise LabError(f"{self.networks} belongs to somebody else.")

    @property
    def settings(self) -> Path:
        """Ports, passwords and hosts, as they were chosen once."""
        return self.state / "lab.json"

    @property
    def configuration(self) -> Path:
        """Configuration files, a folder for each service."""
        return self.state / "etc"

    @property
    def logs(self) -> Path:
        """What each process printed."""
        return self.state / "log"

    @property
    def processes(self) -> Path:
        """Which process is which program."""
        return self.state / "run"

    @property
    def networks(self) -> Path:
        """The physical networks that hosts share: sockets, for which the checkout's path may be too long."""
        digest = hashlib.sha256(os.fsencode(self.state)).hexdigest()
        return Path(tempfile.gettempdir()) / f"openhyperv-lab-{digest[:12]}"

    @property
    def saved(self) -> Path:
        """Copies of empty databases, kept from one lab to the next."""
        return self.state / "saved"

    @property
    def clouds(self) -> Path:
        """What the ``openstack`` client reads."""
        return self.state / "clouds.yaml"

    def data(self, service: str) -> Path:
        """Where a service keeps what it must not lose."""
        return self.state / "data" / service

    def program(self, name: str) -> str:
        """A program of the virtual environment."""
        return str(self.venv / "bin" / name)
