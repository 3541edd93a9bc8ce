"""Many pipes of one host on few connections: a read of a pipe may wait for days, and costs nothing then."""

from __future__ import annotations

from threading import Lock

from attrs import define, field

from openhyperv.errors import HyperVError
from openhyperv.files.smb.pipe import Pipe
from openhyperv.files.smb.session import SmbSession
from openhyperv.files.smb.settings import ShareSettings

_PIPES_EACH = 256
"""How many pipes one connection carries: Windows lets 512 requests of a connection wait
(AsynchronousCredits of Microsoft's "Performance tuning for SMB file servers"), and each pipe may have two."""


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
        self._carriers: list[_Carrier] = []

    def open(self, name: str) -> Pipe:
        """Open one.

        :raises NotFoundError: there is no such pipe
        :raises ConflictError: somebody else has it open
        """
        with self._lock:
            carrier = self._with_room()
            carrier.pipes += 1
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

    def _with_room(self) -> _Carrier:
        self._carriers = [carrier for carrier in self._carriers if carrier.session.is_connected]
        for carrier in self._carriers:
            if carrier.has_room:
                return carrier
        self._carriers.append(_Carrier(SmbSession(self._settings)))
        return self._carriers[-1]

    def _release(self, carrier: _Carrier) -> None:
        with self._lock:
            carrier.pipes -= 1
