"""One client connection from accept to close, in a thread of its own."""

from __future__ import annotations

import logging
import socket
import struct
from threading import Event

from attrs import define

from openhyperv.emulator.http.counters import Count, Counters
from openhyperv.emulator.http.head import RequestRefusedError
from openhyperv.emulator.http.pages import Pages
from openhyperv.emulator.http.refusals import by_http_sys
from openhyperv.emulator.http.stream import HttpStream, Request, Response
from openhyperv.emulator.http.wsman_endpoint import ANONYMOUS_PATH, PATH, WsmanEndpoint
from openhyperv.emulator.rules.actions import Action, DrippingBody, ResetAfter, ResetBefore, TruncatedBody

_log = logging.getLogger(__name__)

_DRIP_S = 1.0


@define
class Connection:
    """Answers requests until the peer leaves, an answer ends the connection, or ``stopping`` is set."""

    stream: HttpStream
    endpoint: WsmanEndpoint
    pages: Pages
    counters: Counters
    stopping: Event

    def serve(self) -> None:
        """Run to the end of the connection; nothing the peer does raises."""
        try:
            while self._turn():
                pass
        except OSError as error:
            _log.debug("The connection from %s ended: %s", self.endpoint.peer, error)

    def turn_away(self) -> None:
        """Answer the first request with 503: too many connections."""
        try:
            if self.stream.read() is not None:
                self.stream.send(self.stream.render(by_http_sys(503)))
        except (OSError, RequestRefusedError) as error:
            _log.debug("The connection from %s ended: %s", self.endpoint.peer, error)

    def _turn(self) -> bool:
        """One request and its response; False when it was the last."""
        try:
            request = self.stream.read()
        except RequestRefusedError as refusal:
            self.stream.send(self.stream.render(by_http_sys(refusal.status)))
            self.stream.drain()
            return False
        if request is None:
            return False
        response = self._respond(request)
        if response.disturbance is not None and not self._disturb(response, response.disturbance):
            return False
        self.stream.send(self.stream.render(response))
        return not (response.closes or self.stopping.is_set())

    def _respond(self, request: Request) -> Response:
        try:
            if request.path.rstrip("/") in (PATH, ANONYMOUS_PATH):
                return self.endpoint.respond(request)
            return self.pages.respond(request, self.endpoint.peer) or by_http_sys(404)
        except Exception:  # noqa: BLE001  # a defect here must reach log, counters and peer, not end a thread
            _log.exception("A request to %s failed inside the emulator", request.path)
            self.counters.add(Count.SERVICE_FAILURES)
            return Response(status=500, closes=True)

    def _disturb(self, response: Response, action: Action) -> bool:
        """Do what a rule wants on the way out; True if the response is to be sent all the same."""
        if action.delay_s and self.stopping.wait(action.delay_s):
            return False
        if isinstance(action, (ResetBefore, ResetAfter)):
            reset_on_close(self.stream.socket)
            return False
        if isinstance(action, TruncatedBody):
            whole = self.stream.render(response)
            self.stream.send(whole[: len(whole) - (len(response.body) + 1) // 2])
            return False
        if isinstance(action, DrippingBody):
            return self._drip(self.stream.render(response))
        return True

    def _drip(self, whole: bytes) -> bool:
        for byte in whole:
            if self.stopping.wait(_DRIP_S):
                break
            self.stream.send(bytes([byte]))
        return False


def reset_on_close(connection: socket.socket) -> None:
    """Let closing send RST instead of FIN, as a crashed host or a firewall does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
