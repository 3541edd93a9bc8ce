"""A small WinRM listener: real NTLM, Negotiate or Kerberos by pyspnego's server side, real sealing.

It frames messages in its own way, so that the client's framing is not judged by itself. What it does with
each request in the clear is up to the test.
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
import struct
from collections.abc import Callable

import spnego
from attrs import define, field
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from tests.transport.scripted import read_request, reply

_SEALED = "application/HTTP-{}-session-encrypted"
_AUTHORIZATION = re.compile(rb"authorization: (\w+) (\S+)", re.IGNORECASE)

Behaviour = Callable[["Exchange"], None]


@define
class Exchange:
    """One authenticated request; a behaviour answers it, or does not."""

    peer: socket.socket
    context: spnego.ContextProxy | None
    protocol: str
    request: bytes

    def answer(self, envelope: bytes, status: int = 200, *, space: str = "") -> None:
        """Send a proper answer; ``space`` goes before the boundary's name, as some servers put it."""
        self.peer.sendall(self.answer_bytes(envelope, status, space))

    def answer_bytes(self, envelope: bytes, status: int = 200, space: str = "") -> bytes:
        if self.context is None:
            return reply(status, envelope, "Content-Type: application/soap+xml;charset=UTF-8")
        body = seal(self.context, self.protocol, envelope, space)
        kind = f'multipart/encrypted;protocol="{self.protocol}";boundary="Encrypted Boundary"'
        return reply(status, body, f"Content-Type: {kind}")


def seal(context: spnego.ContextProxy, protocol: str, envelope: bytes, space: str = "") -> bytes:
    wrapped = context.wrap_winrm(envelope)
    length = len(envelope) + wrapped.padding_length
    lines = (
        f"--{space}Encrypted Boundary",
        f"Content-Type: {protocol}",
        f"OriginalContent: type=application/soap+xml;charset=UTF-8;Length={length}",
        f"--{space}Encrypted Boundary",
        "Content-Type: application/octet-stream",
        "",
    )
    binary = struct.pack("<I", len(wrapped.header)) + wrapped.header + wrapped.data
    return "\r\n".join(lines).encode() + binary + f"--{space}Encrypted Boundary--\r\n".encode()


def unseal(context: spnego.ContextProxy, body: bytes) -> bytes:
    binary = body.split(b"octet-stream\r\n", 1)[1]
    (size,) = struct.unpack_from("<I", binary)
    sealed = binary[4 + size : -len(b"--Encrypted Boundary--\r\n")]
    return bytes(context.unwrap_winrm(binary[4 : 4 + size], sealed))


@define
class WinRmPeer:
    """A script for a :class:`ScriptedPeer`: authenticates, then lets ``behave`` answer each request."""

    behave: Behaviour
    mechanism: str = "negotiate"
    scheme: str = "Negotiate"
    hostname: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    bindings: GssChannelBindings | None = None
    mechanisms_used: list[str | None] = field(factory=list)

    def __call__(self, peer: socket.socket) -> None:
        if self.tls is not None:
            peer = self.tls.wrap_socket(peer, server_side=True)
        context = self._authenticate(peer)
        if context is None:
            return
        self.mechanisms_used.append(context.negotiated_protocol)
        sealing = context if self.tls is None else None
        protocol = _SEALED.format("Kerberos" if self.scheme == "Kerberos" else "SPNEGO")
        while True:
            _, body = read_request(peer)
            request = body if sealing is None else unseal(sealing, body)
            self.behave(Exchange(peer, sealing, protocol, request))

    def _authenticate(self, peer: socket.socket) -> spnego.ContextProxy | None:
        context = spnego.server(
            hostname=self.hostname, service="HTTP", protocol=self.mechanism, channel_bindings=self.bindings
        )
        while not context.complete:
            head, _ = read_request(peer)
            match = _AUTHORIZATION.search(head)
            try:
                token = context.step(base64.b64decode(match[2])) if match else None
            except SpnegoError:
                token = None
            proof = f" {base64.b64encode(token).decode()}" if token else ""
            peer.sendall(
                reply(200 if context.complete else 401, b"", f"WWW-Authenticate: {self.scheme}{proof}")
            )
            if not context.complete and token is None:
                return None
        return context
