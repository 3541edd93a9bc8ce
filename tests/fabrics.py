"""Virtual switches for tests that need some."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openhyperv.emulator.network.fabric import Fabric


@contextmanager
def networks() -> Iterator[Path]:
    """A folder of physical networks; sockets want a short path."""
    with tempfile.TemporaryDirectory(prefix="nets-", dir="/tmp") as folder:
        yield Path(folder)


@contextmanager
def private_fabric() -> Iterator[Fabric]:
    """Switches of a host that shares no network with others."""
    with networks() as folder:
        fabric = Fabric(folder)
        try:
            yield fabric
        finally:
            fabric.close()
