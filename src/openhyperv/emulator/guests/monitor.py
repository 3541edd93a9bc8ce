"""QEMU's monitor (QMP) for threads: calls block, events arrive by callback, no asyncio gets out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Coroutine, Mapping
from threading import Lock, Thread
from typing import Any, TypeVar

from qemu.qmp import QMPClient, QMPError, Runstate

from openhyperv.emulator.guests.machine import GuestError

Event = Mapping[str, Any]
"""A QMP event as QEMU sends it: ``event``, ``data``, ``timestamp``."""
_CALL_TIMEOUT_S = 60.0
_LAST_EVENTS_S = 5.0
_T = TypeVar("_T")


class Monitor:
    """A connection to one QEMU, with a thread of its own that runs the protocol."""

    def __init__(self, name: str, connection: socket.socket, on_event: Callable[[Event], None]) -> None:
        """Shake hands. ``on_event`` is called in the monitor's thread and must not call the monitor.

        :raises GuestError: QEMU has gone or does not answer
        """
        self._client = QMPClient(name)
        self._client.logger.setLevel(logging.CRITICAL)  # what it logs is also raised, here as GuestError
        self._on_event = on_event
        self._order = Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=f"qmp {name}", daemon=True)
        self._thread.start()
        try:
            self._events = self._wait(self._connect(connection))
        except GuestError:
            self._stop_loop()
            raise

    def execute(self, command: str, **arguments: object) -> Any:  # QMP decides per command
        """Run a command; ``_`` in argument names stands for ``-``.

        :raises GuestError: QEMU refuses, or has gone
        """
        return self._wait(self._execute(command, _spelled(arguments)))

    def execute_as_spelled(self, command: str, arguments: Mapping[str, object]) -> Any:
        """Run one of the few commands whose arguments have ``_`` in their names.

        :raises GuestError: QEMU refuses, or has gone
        """
        return self._wait(self._execute(command, arguments))

    def execute_with_file(self, descriptor: int, command: str, **arguments: object) -> Any:
        """Run ``getfd`` or ``add-fd``: QEMU gets a copy of the open file.

        :raises GuestError: QEMU refuses, or has gone
        """
        with self._order:  # a descriptor belongs to the command that follows it
            return self._wait(self._execute(command, _spelled(arguments), descriptor))

    def finish(self) -> None:
        """QEMU has ended: hear its last events, then hang up."""
        with contextlib.suppress(GuestError):
            self._wait(self._until_hung_up())
        self.close()

    def close(self) -> None:
        """Hang up. Calls still waiting fail; closing again does nothing."""
        with contextlib.suppress(GuestError):
            self._wait(self._disconnect())
        self._stop_loop()

    async def _connect(self, connection: socket.socket) -> asyncio.Task[None]:
        await self._client.connect(connection)
        return asyncio.create_task(self._pass_events_on())

    async def _pass_events_on(self) -> None:
        async for event in self._client.events:
            self._on_event(event)

    async def _execute(
        self, command: str, arguments: Mapping[str, object], descriptor: int | None = None
    ) -> object:
        if descriptor is not None:
            self._client.send_fd_scm(descriptor)
        return await self._client.execute(command, dict(arguments) or None)

    async def _until_hung_up(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_EVENTS_S):
                while self._client.runstate is Runstate.RUNNING:
                    await self._client.runstate_changed()

    async def _disconnect(self) -> None:
        self._events.cancel()
        for event in self._client.events.clear():
            self._on_event(event)
        with contextlib.suppress(QMPError, EOFError, OSError):  # QEMU may have hung up first
            await self._client.disconnect()

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        if self._loop.is_closed():
            work.close()
            raise GuestError("The guest has ended.")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(_CALL_TIMEOUT_S)
        except (QMPError, OSError, EOFError, asyncio.CancelledError) as error:
            raise GuestError(f"QEMU: {error}") from error
        except TimeoutError as error:
            future.cancel()
            raise GuestError("QEMU does not answer.") from error

    def _stop_loop(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


def _spelled(arguments: Mapping[str, object]) -> Mapping[str, object]:
    return {name.replace("_", "-"): value for name, value in arguments.items()}
