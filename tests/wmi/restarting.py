"""A host that can be stopped, and started again at the same address with what it had."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost, HostOptions
from tests.emulated import ACCOUNT


class RestartingHost:
    """Started when made; one that is stopped answers nobody."""

    def __init__(self, data: Path, name: str = "HV1") -> None:
        options = HostOptions(name=name, data=data, account=ACCOUNT, has_files=False, machines=1)
        self.running = EmulatedHost(options).start()

    def stop(self) -> None:
        """Stop it, as a shutdown of Windows would."""
        self.running.stop()

    def start(self) -> None:
        """Start it again at the port it had."""
        port = self.running.listener.port
        self.running = EmulatedHost(evolve(self.running.options, port=port, machines=0)).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
