"""Many pipes of one host on few connections: a read of a pipe may wait for days, and costs nothing then."""

from __future__ import annotations

from copy import copy
from threading import Lock
from time import monotonic

from attrs import define, field

from openhyperv.errors import HyperVError
from openhyperv.files.smb.pipe import Pipe
from openhyperv.files.smb.session import SmbSession
from openhyperv.files.smb.settings import ShareSettings

_PIPES_EACH = 256
"""How many pipes one connection carries: Windows lets 512 requests of a connection wait
(AsynchronousCredits of Microsoft's "Performance tuning for SMB file servers"), and each pipe may have two."""
_FAILURE_S = 1.0
"""How long a host that could not be connected to is taken for being away, however many want its pipes."""


@define(eq=False)
class _Carrier:
    """A connection, and how many pipes are open on it."""

    session: SmbSession = field(repr=False)
    pipes: int = 0

    @property
    def has_room(self) -> bool:
        return self.pipes < _PIPES_EACH and self.session.is_connected


class HostPipes:
    """The pipes of one host. Thread-safe; connects on first use, and again after a connection was lost."""

    def __init__(self, settings: ShareSettings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._connecting = Lock()
        self._carriers: list[_Carrier] = []
        self._failure: HyperVError | None = None
        self._failed_at_s = 0.0

    def open(self, name: str) -> Pipe:
        """Open one.

        :raises NotFoundError: there is no such pipe
        :raises ConflictError: somebody else has it open
        """
        carrier = self._carrier()
        try:
            return Pipe(carrier.session, name, on_close=lambda: self._release(carrier))
        except HyperVError:
            self._release(carrier)
            raise

    def close(self) -> None:
        """End all connections, and with them all pipes."""
        with self._lock:
            carriers, self._carriers = self._carriers, []
        for carrier in carriers:
            carrier.session.abandon()

    def _carrier(self) -> _Carrier:
        """A connection with room for one more pipe, which is counted."""
        with self._connecting:
            found = self._with_room()
            if found is not None:
                return found
            connected = _Carrier(self._connect(), pipes=1)
            with self._lock:
                self._carriers.append(connected)
            return connected

    def _with_room(self) -> _Carrier | None:
        with self._lock:
            self._carriers = [carrier for carrier in self._carriers if carrier.session.is_connected]
            for carrier in self._carriers:
                if carrier.has_room:
                    carrier.pipes += 1
                    return carrier
        return None

    def _connect(self) -> SmbSession:
        if self._failure is not None and monotonic() < self._failed_at_s + _FAILURE_S:
            raise copy(self._failure)
        try:
            session = SmbSession(self._settings)
        except HyperVError as error:
            self._failure, self._failed_at_s = error, monotonic()
            raise
        self._failure = None
        return session

    def _release(self, carrier: _Carrier) -> None:
        with self._lock:
            carrier.pipes -= 1
