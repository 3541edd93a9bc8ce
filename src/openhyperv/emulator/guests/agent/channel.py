"""Commands to QEMU's guest agent and its answers (QEMU, "QEMU Guest Agent Protocol Reference").

Nothing tells an answer from that to an earlier command that was given up, so after each that was, both ends
are brought together again: ``guest-sync-delimited`` has its answer begin with a byte that no JSON contains.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Mapping
from itertools import count
from threading import Event, RLock
from time import monotonic
from typing import Any

from openhyperv.emulator.guests.machine import GuestError

_DELIMITER = b"\xff"
_ANSWER_TIMEOUT_S = 20.0
_RECEIVE_BYTES = 65536


class AgentRefusal(GuestError):  # noqa: N818  # the agent's answer, not a failure of ours
    """The agent has answered that it will not or cannot."""


class AgentSilent(GuestError):  # noqa: N818  # a state of the guest
    """No agent listens, or it has not answered in time."""


class AgentChannel:
    """The host's end of the channel. Threads take turns."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._turn = RLock()
        self._is_open = Event()
        self._is_in_step = False
        self._numbers = count(1)
        self._received = b""

    @property
    def is_open(self) -> bool:
        """True while a program inside the guest has the channel open."""
        return self._is_open.is_set()

    def opened(self, *, is_open: bool) -> None:
        """A program inside the guest has opened the channel, or closed it."""
        self._is_in_step = False
        if is_open:
            self._is_open.set()
        else:
            self._is_open.clear()

    def execute(self, command: str, **arguments: object) -> Any:  # the agent decides per command
        """Run a command; ``_`` in argument names stands for ``-``.

        :raises AgentRefusal: the agent answers with an error
        :raises AgentSilent: nobody answers
        """
        spelled = {name.replace("_", "-"): value for name, value in arguments.items()}
        deadline_s = monotonic() + _ANSWER_TIMEOUT_S
        with self._turn:
            try:
                self._get_in_step(deadline_s)
                self._send(b"", {"execute": command, "arguments": spelled}, deadline_s)
                answer = self._answer(deadline_s)
            except (OSError, ValueError) as error:
                self._is_in_step = False
                raise AgentSilent("The guest's agent does not answer.") from error
        if "error" in answer:
            raise AgentRefusal(str(answer["error"].get("desc", command)))
        return answer["return"]

    def close(self) -> None:
        """Hang up; whoever waits for an answer waits no more."""
        self._is_open.clear()
        with contextlib.suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)
        with self._turn:
            self._end.close()

    def _get_in_step(self, deadline_s: float) -> None:
        if not self._is_open.is_set():
            raise OSError("The channel is not open inside the guest.")
        if self._is_in_step:
            return
        number = next(self._numbers)
        self._send(_DELIMITER, {"execute": "guest-sync-delimited", "arguments": {"id": number}}, deadline_s)
        while self._delimited(deadline_s).get("return") != number:
            pass
        self._is_in_step = True

    def _send(self, start: bytes, request: Mapping[str, object], deadline_s: float) -> None:
        self._end.settimeout(_left_s(deadline_s))
        self._end.sendall(start + json.dumps(request).encode() + b"\n")

    def _delimited(self, deadline_s: float) -> Mapping[str, Any]:
        """The first answer after a delimiter; what comes before answers nobody."""
        while _DELIMITER not in self._received:
            self._receive(deadline_s)
        self._received = self._received[self._received.index(_DELIMITER) + 1 :]
        return self._answer(deadline_s)

    def _answer(self, deadline_s: float) -> Mapping[str, Any]:
        while b"\n" not in self._received:
            self._receive(deadline_s)
        line, _, self._received = self._received.partition(b"\n")
        answer = json.loads(line)
        if isinstance(answer, dict):
            return answer
        raise ValueError("The agent's answer is no object.")

    def _receive(self, deadline_s: float) -> None:
        self._end.settimeout(_left_s(deadline_s))
        data = self._end.recv(_RECEIVE_BYTES)
        if not data:
            raise ConnectionResetError("QEMU has hung up.")
        self._received += data


def _left_s(deadline_s: float) -> float:
    left_s = deadline_s - monotonic()
    if left_s <= 0:
        raise TimeoutError("The agent took too long.")
    return left_s
