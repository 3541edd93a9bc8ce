"""One authenticated SMB connection to a host."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Lock
from types import TracebackType
from typing import Any, Self

from smbprotocol.header import NtStatus
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from openhyperv.errors import ConnectionLostError, HyperVError
from openhyperv.files.smb.connection import TimedConnection
from openhyperv.files.smb.errors import smb_errors
from openhyperv.files.smb.settings import ShareSettings

# Credits asked for at the start, each worth 64 KiB under way ([MS-SMB2] 3.2.4.1.2).
_CREDITS = 256
_LARGEST_BYTES = 1024**2
_FAREWELL_S = 3.0


class SmbSession:
    """A connection, logged on and signed, with the shares connected so far.

    May be used by several threads; each answer has ``settings.timeout_s``.

    :raises UnreachableError: no connection
    :raises AuthenticationError: the account is not accepted
    :raises DeadlineError: the host does not answer in time
    :raises ProtocolError: what answers does not speak SMB, or not as agreed
    """

    def __init__(self, settings: ShareSettings) -> None:
        self.settings = settings
        self._trees: dict[str, Any] = {}
        self._tree_lock = Lock()
        self._connection = TimedConnection(settings.server, settings.port, settings.timeout_s)
        with smb_errors(settings.server, "connect to SMB"):
            try:
                self._connect()
            except BaseException:
                self.abandon()
                raise

    def _connect(self) -> None:
        settings = self.settings
        self._connection.connect(timeout=settings.timeout_s)
        self._session = Session(
            self._connection,
            settings.username,
            settings.password,
            require_encryption=settings.encrypt,
            auth_protocol=settings.authentication.value,
        )
        self._session.connect()
        self._connection.echo(
            sid=self._session.session_id, timeout=settings.timeout_s, credit_request=_CREDITS
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_connected(self) -> bool:
        """False once the connection has ended, as far as this end has noticed."""
        transport = self._connection.transport
        return transport is not None and bool(transport.connected)

    @property
    def largest_write_bytes(self) -> int:
        """The most that is written at once: what the host takes, and its credits allow."""
        return min(int(self._connection.max_write_size), _LARGEST_BYTES)

    @property
    def largest_read_bytes(self) -> int:
        """The most that is read at once: what the host gives, and its credits allow."""
        return min(int(self._connection.max_read_size), _LARGEST_BYTES)

    def tree(self, share: str) -> Any:
        """smbprotocol's connection to a share, such as ``C$``; made once.

        :raises NotFoundError: there is no such share
        :raises AccessDeniedError: the account may not use it
        """
        with self._tree_lock:
            if share not in self._trees:
                tree = TreeConnect(self._session, rf"\\{self.settings.server}\{share}")
                with smb_errors(self.settings.server, "connect to share", share):
                    tree.connect()
                self._trees[share] = tree
            return self._trees[share]

    def send(self, message: Any, share: str) -> Any:
        """Send one message of smbprotocol's on a share; returns its request, to be received once."""
        tree = self.tree(share)
        return self._connection.send(message, self._session.session_id, tree.tree_connect_id)

    def receive(self, request: Any) -> bytes:
        """The body of the answer to a request."""
        return bytes(self._connection.receive(request)["data"].get_value())

    def receive_within(self, request: Any, timeout_s: float) -> bytes | None:
        """As :meth:`receive`, or None if there is no answer in time; the request may be received later.

        :raises ConnectionLostError: it was given up, or the connection has ended
        """
        deadline = time.monotonic() + timeout_s
        while request.response_event.wait(max(0.0, deadline - time.monotonic())):
            with request.response_event_lock:
                if request.cancelled:
                    raise ConnectionLostError("The request was given up.")
                if not (_is_pending(request) and self.is_connected):
                    break
                request.response_event.clear()
        else:
            self._check_connected()  # smbprotocol may end without waking everybody
            return None
        return self.receive(request)

    def _check_connected(self) -> None:
        if not self.is_connected:
            raise ConnectionLostError("The SMB connection was closed.")

    def is_answered(self, request: Any, timeout_s: float) -> bool:
        """Wait for the answer to a request, which is to be received afterwards; False if there is none."""
        return bool(request.response_event.wait(timeout_s)) and request.response is not None

    def give_up(self, request: Any) -> None:
        """Have whoever waits for the answer to a request wait no more; the host is not told."""
        with request.response_event_lock:
            request.cancelled = True
            request.response_event.set()

    def forget(self, request: Any) -> None:
        """Drop the answer to a request that was given up, if there is one by now.

        Without one it stays known: an answer to a request that nobody knows ends smbprotocol's connection.
        """
        if request.response is not None and not _is_pending(request):
            self._connection.outstanding_requests.pop(request.message["message_id"].get_value(), None)

    def close(self) -> None:
        """Log off if the host still answers, and close the connection in any case."""
        self._connection.timeout_s = min(self._connection.timeout_s, _FAREWELL_S)
        with suppress(HyperVError), smb_errors(self.settings.server, "log off"):
            if self.is_connected:
                self._connection.disconnect(close=True)
        self.abandon()

    def abandon(self) -> None:
        """Close the connection without a word; the host then closes whatever was open in it."""
        if self._connection.transport is not None:
            with suppress(OSError):
                self._connection.disconnect(close=False)


def _is_pending(request: Any) -> bool:
    """True where the host has only said that its answer will take a while."""
    response = request.response
    return response is not None and response["status"].get_value() == NtStatus.STATUS_PENDING
