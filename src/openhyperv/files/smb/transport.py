"""The TCP connection under SMB, with limits that smbprotocol's own does not have."""

from __future__ import annotations

import math
import socket
import struct
from typing import Any

from smbprotocol.exceptions import SMBException
from smbprotocol.transport import Tcp

from openhyperv.errors import DeadlineError

_NOTICES_DEATH = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)
"""A host that lost its power is noticed after a minute, though readers of pipes send nothing meanwhile."""


class BoundedTcp(Tcp):  # type: ignore[misc]  # smbprotocol publishes no types
    """Takes no packet larger than the protocol has, and does not wait for ever for a peer that does not read.

    ``timeout`` in seconds is for connecting, and for the peer to take some of what is sent.
    """

    def connect(self) -> None:
        super().connect()
        limit = struct.pack("@ll", math.ceil(self.timeout), 0)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        for level, option, value in _NOTICES_DEATH:
            self._sock.setsockopt(level, option, value)

    def send(self, header: Any) -> None:
        """Send one packet, bytes or an encrypted structure: its length in 24 bits first ([MS-SMB2] 2.1)."""
        packet = header if isinstance(header, bytes) else header.pack()
        if len(packet) > self.MAX_SIZE:
            raise SMBException(f"A packet of {len(packet)} bytes is larger than SMB has them.")
        with self._sock_lock:
            try:
                self._sock.sendall(struct.pack(">I", len(packet)), socket.MSG_MORE)
                self._sock.sendall(packet)
            except BlockingIOError as error:
                raise DeadlineError(f"The host took nothing for {self.timeout:g} s.") from error

    def _recv(self, length: int, timeout: float) -> Any:
        if length > self.MAX_SIZE:
            raise SMBException(f"The peer announces a packet of {length} bytes; this is not SMB.")
        return super()._recv(length, timeout)
