"""The consoles of all instances of a host, each read from before its machine starts until it is off."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from openhyperv.hyperv.host import Host
from openhyperv.hyperv.serial.console_pipes import ConsolePipes, find_console_pipes, list_console_pipes
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.summary import MachineSummary
from openhyperv.nova.consoles.instance_log import delete_log, read_instance_log
from openhyperv.nova.consoles.kept_console import KeptConsole

_CLOSERS = 16
"""How many consoles are closed at once: a host that does not answer has three seconds for each."""
_OFF = (MachineState.OFF, MachineState.SAVED)


class Consoles:
    """By the UUIDs of instances; the logs are in a folder of this computer. Thread-safe.

    A thread each, which sleeps while nothing is said, and one connection for all of them.
    """

    def __init__(self, host: Host, folder: Path) -> None:
        self._host = host
        self._folder = folder
        self._lock = Lock()
        self._kept: dict[str, KeptConsole] = {}

    def keep(self, uuid: str, guid: str) -> KeptConsole:
        """Keep the console of an instance from now on; in two requests, or none where it is kept already.

        To be called before its machine starts: what a guest says while nobody listens is lost.

        :raises AccessDeniedError: the machine is shielded or encrypted, so that it has no console
        :raises ConflictError: no serial port of it has a pipe
        """
        kept = self._kept.get(uuid)
        return kept or self.keep_at(uuid, find_console_pipes(self._host.session, guid))

    def keep_all(self, machines: Mapping[str, MachineSummary]) -> None:
        """Keep those of all that run, in two requests; logs of instances that are gone are deleted."""
        pipes = list_console_pipes(self._host.session)
        for uuid, machine in machines.items():
            if machine.guid in pipes and machine.state not in _OFF:
                self.keep_at(uuid, pipes[machine.guid])
        if self._folder.is_dir():
            for folder in self._folder.iterdir():
                if folder.name not in machines:
                    delete_log(folder)

    def keep_at(self, uuid: str, pipes: ConsolePipes) -> KeptConsole:
        """As :meth:`keep` for an instance whose pipes are known."""
        with self._lock:
            if uuid not in self._kept:
                self._kept[uuid] = KeptConsole(
                    self._host.share, pipes, self._folder / uuid, lambda ended: self._end(uuid, ended)
                )
            return self._kept[uuid]

    def _end(self, uuid: str, ended: KeptConsole) -> None:
        with self._lock:
            if self._kept.get(uuid) is ended:
                del self._kept[uuid]
        ended.close()

    def output(self, uuid: str) -> bytes:
        """What the instance has said, as far as it is kept."""
        return read_instance_log(self._folder / uuid, uuid)

    def forget(self, uuid: str) -> None:
        """End the console of an instance that is gone, and delete its log."""
        with self._lock:
            kept = self._kept.pop(uuid, None)
        if kept is not None:
            kept.close()
        delete_log(self._folder / uuid)

    def close(self) -> None:
        """End all; the logs stay."""
        with self._lock:
            kept, self._kept = list(self._kept.values()), {}
        with ThreadPoolExecutor(_CLOSERS) as closers:
            list(closers.map(KeptConsole.close, kept))
