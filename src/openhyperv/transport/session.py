"""What an authenticated connection does to each body: seal it, or send it as it is inside TLS."""

from __future__ import annotations

from typing import Protocol

from spnego import ContextProxy
from spnego.exceptions import SpnegoError

from openhyperv.errors import ProtocolError
from openhyperv.transport.http import HttpReply, request_head
from openhyperv.transport.sealing import (
    ENVELOPE_TYPE,
    SealedMessage,
    SealProtocol,
    read_sealed,
    write_sealed,
)
from openhyperv.transport.target import Target


class Session(Protocol):
    """The form of requests and replies on one connection; ``head`` is the prepared head of its requests."""

    head: bytes

    def protect(self, envelope: bytes) -> bytes:
        """The HTTP body that carries an envelope."""
        ...

    def reveal(self, reply: HttpReply) -> bytes:
        """The envelope in a reply. :raises ProtocolError: there is none, or it is not protected as agreed."""
        ...


class SealedSession:
    """Sealing by a security context, which counts messages: each is sealed and revealed once, in order."""

    def __init__(self, target: Target, context: ContextProxy, protocol: SealProtocol) -> None:
        self.head = request_head(target, Content_Type=protocol.content_type)
        self._context = context
        self._protocol = protocol

    def protect(self, envelope: bytes) -> bytes:
        """The envelope sealed and framed."""
        wrapped = self._context.wrap_winrm(envelope)
        message = SealedMessage(wrapped.header, wrapped.data, len(envelope) + wrapped.padding_length)
        return write_sealed(self._protocol, message)

    def reveal(self, reply: HttpReply) -> bytes:
        """The envelope in a sealed reply.

        :raises ProtocolError: it is not sealed, or was sealed by someone else, altered or repeated
        """
        message = read_sealed(self._protocol, reply.header("content-type"), reply.body)
        try:
            envelope: bytes = self._context.unwrap_winrm(message.signature, message.ciphertext)
        except SpnegoError as error:
            raise ProtocolError(
                "The seal of the host's answer is broken: it was altered on the way."
            ) from error
        if len(envelope) != message.length:
            raise ProtocolError("The sealed answer is not as long as it says.")
        return envelope


class ClearSession:
    """Bodies as they are: TLS protects them. ``authorization`` is sent with each request if given."""

    def __init__(self, target: Target, authorization: str | None = None) -> None:
        headers = {} if authorization is None else {"Authorization": authorization}
        self.head = request_head(target, Content_Type=ENVELOPE_TYPE, **headers)

    def protect(self, envelope: bytes) -> bytes:
        """The envelope itself."""
        return envelope

    def reveal(self, reply: HttpReply) -> bytes:
        """The body, if it is an envelope. :raises ProtocolError: it is something else"""
        media_type = (reply.header("content-type") or "nothing").partition(";")[0].strip().lower()
        if media_type != "application/soap+xml":
            raise ProtocolError(
                f"The host answered HTTP {reply.status} with {media_type!r:.80}, not with an envelope.",
                remedy="Check that the port is that of WinRM and that no proxy answers for the host.",
            )
        return reply.body
