"""Envelopes of answers: results and faults of a request, in the words of this machine."""

from __future__ import annotations

import re

from attrs import evolve, frozen

from openhyperv.emulator.http.exchange import Answer
from openhyperv.emulator.wsman.headers import envelope_bytes
from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.emulator.wsman.refusals import SERVER_ERROR, reply_too_large
from openhyperv.wire.envelope import RequestHeader
from openhyperv.wire.fault import Fault
from openhyperv.wire.fault_writing import fault_action, fault_body
from openhyperv.wire.replies import write_reply
from openhyperv.wire.xml import Element

_HOST = re.compile(r"https?://\[?(?P<host>[^/?#\]]*?)\]?(?::\d*)?(?:[/?#]|$)", re.IGNORECASE)


@frozen
class Replies:
    """Writes answers; ``machine`` is what the host calls itself."""

    machine: str
    limits: ServiceLimits

    def result(self, header: RequestHeader, content: Element | None) -> Answer:
        """The answer to a request that was executed.

        :raises Refusal: it is larger than the client or the host allows
        """
        body = write_reply(header, f"{header.action}Response", *([] if content is None else [content]))
        limit_bytes = envelope_bytes(header, self.limits)
        if len(body) > limit_bytes:
            raise reply_too_large(len(body), limit_bytes)
        return Answer(body)

    def fault(self, header: RequestHeader, fault: Fault, status: int = SERVER_ERROR) -> Answer:
        """The answer to a request that was refused."""
        named = evolve(fault, machine=self.machine, addressed_as=_host(header.to))
        return Answer(write_reply(header, fault_action(named), fault_body(named)), status)


def _host(address: str) -> str:
    """The host part of where a request was sent: ``localhost``, a name, an IP address.

    Recorded: the outer fault names the machine so, and the provider's fault inside by its own name.
    """
    found = _HOST.match(address)
    # UNVERIFIED: that Windows takes the name from a:To and not from HTTP
    return found["host"] if found else ""
