"""One authenticated connection: one security context, one outstanding request."""

from __future__ import annotations

import ssl
from enum import Enum

from attrs import field, frozen

from openhyperv.errors import error_context
from openhyperv.transport.authentication import authenticate
from openhyperv.transport.channel_binding import channel_bindings
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.dial import dial
from openhyperv.transport.http import HttpReply, post
from openhyperv.transport.session import Session
from openhyperv.transport.status import REFUSALS, UNAUTHORIZED, check_status
from openhyperv.transport.stream import Stream
from openhyperv.transport.target import Target
from openhyperv.transport.traffic import Meter


@frozen
class Reply:
    """What a host answered: an envelope in the clear, and the HTTP status it came under."""

    status: int
    body: bytes = field(repr=False)


class Progress(Enum):
    """How far the last request got."""

    NOT_SENT = "not sent"
    SENT = "sent"
    """All or part of it left this machine."""
    ANSWERING = "answering"
    """A byte of the reply arrived."""
    DECLINED = "declined"
    """The host answered that it did not execute it."""


class Connection:
    """A connection that is authenticated and ready. Not thread-safe: whoever has it has it alone."""

    def __init__(self, target: Target, stream: Stream, session: Session, meter: Meter) -> None:
        self._target = target
        self._stream = stream
        self._session = session
        self._meter = meter
        self.progress = Progress.NOT_SENT
        self.has_answered = False
        self.is_open = True

    @classmethod
    def open(cls, target: Target, tls: ssl.SSLContext | None, deadline: Deadline, meter: Meter) -> Connection:
        """Connect and authenticate; the host has executed nothing for us yet.

        :raises UnreachableError: no connection was made
        :raises CertificateError: the host's certificate is not trusted
        :raises AuthenticationError: the host or the domain refuses us
        :raises DeadlineError: the deadline passed first
        """
        connected = dial(target, tls, deadline)
        stream = Stream(connected, deadline)
        try:
            with error_context(host=target.host, target=target.address, operation="authenticate"):
                handshake = authenticate(stream, target, channel_bindings(connected))
        except BaseException:
            stream.close()
            raise
        meter.add(
            handshakes=1,
            authentication_round_trips=handshake.round_trips,
            bytes_sent=stream.bytes_sent,
            bytes_received=stream.bytes_received,
        )
        return cls(target, stream, handshake.session, meter)

    def exchange(self, envelope: bytes, deadline: Deadline) -> Reply:
        """Send one envelope and read the answer, within the deadline. Nothing is ever sent twice.

        A status of 401 is returned without a body: the host dropped this connection's authentication and
        executed nothing. After an error the connection is closed, and ``progress`` tells how far it got.

        :raises ConnectionLostError: the connection broke
        :raises DeadlineError: the deadline passed
        :raises ProtocolError: the answer breaks the protocol, or is not sealed as agreed
        :raises AccessDeniedError, QuotaError: the host declined to execute it
        """
        sent, received = self._stream.bytes_sent, self._stream.bytes_received
        self.progress = Progress.NOT_SENT
        try:
            return self._exchange(envelope, deadline)
        except BaseException:
            if self.progress is Progress.SENT and self._stream.bytes_received > received:
                self.progress = Progress.ANSWERING
            self.close()
            raise
        finally:
            self._meter.add(
                requests=1,
                bytes_sent=self._stream.bytes_sent - sent,
                bytes_received=self._stream.bytes_received - received,
            )

    def _exchange(self, envelope: bytes, deadline: Deadline) -> Reply:
        self._stream.deadline = deadline
        body = self._session.protect(envelope)
        deadline.check()
        self.progress = Progress.SENT
        reply = post(self._stream, self._session.head, body, self._target.limits.reply_bytes)
        if not reply.stays_open or reply.status == UNAUTHORIZED:
            self.close()
        return self._reveal(reply)

    def _reveal(self, reply: HttpReply) -> Reply:
        if reply.status in REFUSALS:
            self.progress = Progress.DECLINED
        if reply.status == UNAUTHORIZED:
            return Reply(UNAUTHORIZED, b"")
        check_status(reply.status)
        envelope = self._session.reveal(reply)
        self.has_answered = True
        return Reply(reply.status, envelope)

    @property
    def is_reusable(self) -> bool:
        """True while the host has neither closed the idle connection nor sent what nobody asked for."""
        return self.is_open and self._stream.is_quiet

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self.is_open = False
        self._stream.close()
