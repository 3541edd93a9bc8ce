"""The one way from CIM operations to the wire: a header and a body out, a reply back, faults as errors."""

from __future__ import annotations

from openhyperv.cim.faults import error_from_fault
from openhyperv.errors import DeadlineError, ProtocolError
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.pool import Pool
from openhyperv.wire import uris
from openhyperv.wire.envelope import Reply, RequestHeader, read_reply, write_request
from openhyperv.wire.fault import is_fault, read_fault
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.xml import Element

SMALLEST_ENVELOPE_BYTES = 150 * 1024
"""What every WinRM takes and gives: MaxEnvelopeSizekb of 2008 R2 and older; later ones default to 500."""
_HOST_TIMEOUT_CAP_S = 60.0
"""MaxTimeoutms of WinRM: a longer OperationTimeout would be cut to it anyway ([MS-WSMV] 3.1.1)."""
_REPLY_MARGIN_S = 5.0
"""How long before our own deadline the host is to give up, so that its fault still arrives in time."""


class Exchange:
    """Sends requests of one session; thread-safe, as the pool is."""

    def __init__(self, pool: Pool, envelope_bytes: int) -> None:
        self.pool = pool
        self.envelope_bytes = envelope_bytes
        self._url = f"{pool.target.transport}://{pool.target.address}/wsman"

    @property
    def host(self) -> str:
        """The host's name as given, for messages."""
        return self.pool.target.host

    def send(
        self, header: RequestHeader, body: Element | None, timeout_s: float, *, repeatable: bool = True
    ) -> Reply:
        """Send one request. What is not ``repeatable`` is sent at most once, whatever happens.

        The host is told to give up a little before ``timeout_s`` (after 60 s at most), so that it, not the
        socket, ends a slow operation.
        """
        host_timeout_s = timeout_s - min(_REPLY_MARGIN_S, timeout_s / 4)
        complete = RequestHeader(
            header.action,
            header.resource_uri,
            header.selectors,
            to=self._url,
            max_envelope_bytes=self.envelope_bytes,
            timeout_s=min(host_timeout_s, _HOST_TIMEOUT_CAP_S),
            identifier=header.identifier,
        )
        reply = self._exchange(write_request(complete, body), timeout_s, repeatable=repeatable)
        if reply.relates_to not in (complete.message_id, None):
            raise ProtocolError("The answer is one to another request.", outcome_unknown=not repeatable)
        return _without_fault(reply, repeatable=repeatable)

    def send_raw(self, envelope: bytes, timeout_s: float) -> Reply:
        """Send an envelope that has no header, such as Identify."""
        return _without_fault(self._exchange(envelope, timeout_s, repeatable=True), repeatable=True)

    def _exchange(self, envelope: bytes, timeout_s: float, *, repeatable: bool) -> Reply:
        deadline = Deadline.after(timeout_s)
        answer = self.pool.exchange(envelope, deadline=deadline, changes_state=not repeatable)
        return read_reply(answer.body)


def _without_fault(reply: Reply, *, repeatable: bool) -> Reply:
    """The reply itself, unless it is a fault. WMI goes on with what WinRM has given up waiting for.

    :raises HyperVError: of the class that fits the fault
    """
    if len(reply.body) and is_fault(reply.content):
        error = error_from_fault(read_fault(reply.content))
        error.outcome_unknown = isinstance(error, DeadlineError) and not repeatable
        raise error
    return reply


def header_for(action: str, path: ObjectPath) -> RequestHeader:
    """The header of an operation on one object."""
    return RequestHeader(action, uris.class_uri(path.namespace, path.class_name), path.keys)
