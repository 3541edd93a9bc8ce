"""The emulated host's WinRM listener: an HTTP or HTTPS port in front of a WS-Management service."""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from attrs import define, field

from openhyperv.emulator.http.acceptor import Acceptor
from openhyperv.emulator.http.accounts import Account, AccountBook
from openhyperv.emulator.http.authentication import AuthenticationPolicy, Authenticator, Scheme
from openhyperv.emulator.http.connection import Connection
from openhyperv.emulator.http.counters import Count, Counters
from openhyperv.emulator.http.environment import claimed
from openhyperv.emulator.http.exchange import Service
from openhyperv.emulator.http.limits import Limits
from openhyperv.emulator.http.ntlm_accounts import acceptor_file
from openhyperv.emulator.http.pages import Facts, Pages
from openhyperv.emulator.http.stream import HttpStream
from openhyperv.emulator.http.tls import ServerTls, TlsFiles
from openhyperv.emulator.http.wsman_endpoint import WsmanEndpoint, WsmanSite
from openhyperv.emulator.rules.matching import Rules

_log = logging.getLogger(__name__)

_BACKLOG = 128


def _no_facts() -> Mapping[str, object]:
    return {}


@define(kw_only=True)
class Listener:
    """Serves ``service`` on one port from :meth:`start` to :meth:`stop`; a context manager does both.

    ``port`` 0 lets the kernel choose; the choice is in ``port`` after the start. ``keytab`` adds Kerberos;
    MIT Kerberos knows one keytab per process. ``allow_basic`` offers Basic inside TLS, and without TLS only
    together with ``allow_unencrypted``, which also lets authenticated requests come unsealed: both are off,
    as on Windows. ``about`` and ``variables`` make the pages ``/about`` and ``/debug/vars``.
    """

    service: Service
    accounts: Sequence[Account]
    address: str = "127.0.0.1"
    port: int = 0
    tls: TlsFiles | None = None
    allow_basic: bool = False
    allow_unencrypted: bool = False
    keytab: Path | None = None
    limits: Limits = field(factory=Limits)
    rules: Rules = field(factory=Rules)
    about: Facts = _no_facts
    variables: Facts = _no_facts
    counters: Counters = field(factory=Counters, init=False)
    _resources: ExitStack = field(factory=ExitStack, init=False)

    @property
    def url(self) -> str:
        """Where clients post to."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}/wsman"

    def start(self) -> None:
        """Open the port; requests are answered when it returns.

        :raises OSError: the address cannot be listened on, or a TLS file cannot be used
        :raises InvalidInputError: another listener of this process has another keytab
        """
        with ExitStack() as resources:
            resources.enter_context(acceptor_file().named())
            if self.keytab is not None:
                resources.enter_context(claimed("KRB5_KTNAME", f"FILE:{self.keytab}"))
            tls = ServerTls.load(self.tls) if self.tls else None
            listening = resources.enter_context(self._listening_socket())
            server = _Server(self, tls, listening)
            resources.callback(server.acceptor.stop)
            self.port = listening.getsockname()[1]
            server.acceptor.start()
            self._resources = resources.pop_all()
        _log.info("Listening on %s", self.url)

    def stop(self) -> None:
        """Close the port and all connections; no thread or socket is left.

        :raises TimeoutError: the service holds a request for more than ten seconds
        """
        self._resources.close()

    def __enter__(self) -> Listener:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def _listening_socket(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        return socket.create_server((self.address, self.port), family=family, backlog=_BACKLOG)

    def schemes(self) -> tuple[Scheme, ...]:
        """The authentication schemes on offer, in Windows' order."""
        offers_basic = self.allow_basic and (self.tls is not None or self.allow_unencrypted)
        offered = {
            Scheme.NEGOTIATE: True,
            Scheme.KERBEROS: self.keytab is not None,
            Scheme.BASIC: offers_basic,
        }
        return tuple(scheme for scheme, is_offered in offered.items() if is_offered)


class _Server:
    """Turns accepted sockets into connections to the service."""

    def __init__(self, listener: Listener, tls: ServerTls | None, listening: socket.socket) -> None:
        self._tls = tls
        self._limits = listener.limits
        self._counters = listener.counters
        self._pages = Pages(listener.about, self._with_http(listener.variables), listener.rules)
        self._site = WsmanSite(
            service=listener.service,
            policy=AuthenticationPolicy(AccountBook(listener.accounts), listener.schemes()),
            limits=listener.limits,
            counters=listener.counters,
            is_secure=tls is not None,
            allow_unencrypted=listener.allow_unencrypted,
        )
        self.acceptor = Acceptor(listening, tls.wrap if tls else lambda accepted: accepted, self._serve)

    def _with_http(self, variables: Facts) -> Facts:
        return lambda: {"http": self._counters.snapshot(), **variables()}

    def _serve(self, accepted: socket.socket, peer: str) -> None:
        self._counters.add(Count.CONNECTIONS)
        self._counters.add(Count.CONNECTIONS_OPEN)
        try:
            connection = self._connection(accepted, peer)
            if self._tls and not self._tls.shake_hands(accepted):
                return
            is_one_too_many = self.acceptor.open_connections > self._limits.max_connections
            connection.turn_away() if is_one_too_many else connection.serve()
        finally:
            self._counters.add(Count.CONNECTIONS_OPEN, -1)

    def _connection(self, accepted: socket.socket, peer: str) -> Connection:
        bindings = self._tls.bindings if self._tls else None
        return Connection(
            stream=HttpStream(accepted, self._limits, self._counters),
            endpoint=WsmanEndpoint(self._site, Authenticator(self._site.policy, bindings), peer),
            pages=self._pages,
            counters=self._counters,
            stopping=self.acceptor.stopping,
        )
