"""smbprotocol's connection as it is used here."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBException, SMBResponseException

from openhyperv.errors import DeadlineError
from openhyperv.files.smb.transport import BoundedTcp


class TimedConnection(Connection):  # type: ignore[misc]  # smbprotocol publishes no types
    """smbprotocol's connection, with a time limit on every answer and without following links."""

    def __init__(self, server: str, port: int, timeout_s: float) -> None:
        super().__init__(uuid4(), server, port, require_signing=True)
        self.timeout_s = timeout_s

    def receive(
        self,
        request: Any,
        wait: bool = True,
        timeout: float | None = None,
        resolve_symlinks: bool = False,  # noqa: ARG002 - links are never followed
    ) -> Any:
        limit_s = self.timeout_s if timeout is None else timeout
        began = time.monotonic()
        try:
            return super().receive(request, wait=wait, timeout=limit_s, resolve_symlinks=False)
        except SMBResponseException:
            raise
        except SMBException as error:
            if time.monotonic() - began < limit_s:
                raise
            raise DeadlineError(f"The host did not answer within {limit_s:g} s.") from error

    @property
    def transport(self) -> BoundedTcp | None:
        """What carries the packets; None before the connection is made."""
        return self._transport

    @transport.setter
    def transport(self, chosen: Any) -> None:
        """smbprotocol sets its own kind of transport here; ours takes its place."""
        self._transport = None if chosen is None else BoundedTcp(chosen.server, chosen.port, chosen.timeout)
