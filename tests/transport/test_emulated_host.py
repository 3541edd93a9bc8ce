"""The client against the emulated host's listener, which shares no line of transport code with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from openhyperv.emulator.http.accounts import Account
from openhyperv.emulator.http.certificates import ensure_tls_files
from openhyperv.emulator.http.exchange import Answer, Exchange
from openhyperv.emulator.http.limits import Limits as ListenerLimits
from openhyperv.emulator.http.listener import Listener
from openhyperv.emulator.rules.actions import Action, ResetAfter, TruncatedBody, Unauthorized
from openhyperv.errors import AuthenticationError, ConnectionLostError, ProtocolError, QuotaError
from openhyperv.transport.target import AuthenticationMethod, Transport
from tests.transport.asking import ask
from tests.transport.conftest import PASSWORD, USER


class Service:
    """Answers with the question and who asked; the next misfortunes can be set."""

    def __init__(self) -> None:
        self.misfortunes: list[Action] = []
        self.bodies: list[bytes] = []

    def __call__(self, exchange: Exchange) -> Answer:
        self.bodies.append(exchange.body)
        action = self.misfortunes.pop(0) if self.misfortunes else None
        return Answer(exchange.user.encode() + b": " + exchange.body, disturbance=action)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def listen(service) -> Iterator[Callable[..., Listener]]:
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(
            Listener(service=service, accounts=[Account(USER, PASSWORD)], **options)
        )


@pytest.fixture
def behind_tls(tmp_path, listen, connect):
    """A listener behind TLS, and pools that trust it."""
    files = ensure_tls_files(tmp_path / "tls", ["127.0.0.1"])

    def make(method: AuthenticationMethod, **options):
        listener = listen(tls=files, **options)
        return connect(listener.port, transport=Transport.HTTPS, ca_file=files.ca, authentication=method)

    return make


def test_twenty_sealed_requests_on_one_connection(listen, connect):
    pool = connect(listen().port)

    bodies = [b"<q>%d</q>" % number for number in range(20)]

    assert [ask(pool, body).body for body in bodies] == [b"Administrator: " + body for body in bodies]
    assert pool.traffic.handshakes == 1


def test_several_threads(listen, connect):
    pool = connect(listen().port, size=3)

    def work(number):
        return [ask(pool, b"<q>%d</q>" % number).body for _ in range(10)]

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(work, range(6), timeout=60))

    assert answers == [[b"Administrator: <q>%d</q>" % number] * 10 for number in range(6)]
    assert pool.traffic.handshakes <= 3


@pytest.mark.parametrize("method", [AuthenticationMethod.NEGOTIATE, AuthenticationMethod.BASIC])
def test_inside_tls(behind_tls, method):
    pool = behind_tls(method, allow_basic=True)

    assert [ask(pool).body for _ in range(3)] == [b"Administrator: <question/>"] * 3


@pytest.mark.parametrize("size", [1, 100_000, 400_000])
def test_large_envelopes(listen, connect, size):
    assert ask(connect(listen().port), b"x" * size).body == b"Administrator: " + b"x" * size


def test_a_wrong_password(listen, connect, service):
    with pytest.raises(AuthenticationError, match="password"):
        ask(connect(listen().port, password="wrong"))

    assert service.bodies == []


def test_basic_where_it_is_not_offered(behind_tls):
    with pytest.raises(AuthenticationError):
        ask(behind_tls(AuthenticationMethod.BASIC))


def test_a_request_larger_than_the_host_takes(listen, connect, service):
    pool = connect(listen(limits=ListenerLimits(max_envelope_kb=32)).port)

    with pytest.raises(ProtocolError, match="413") as caught:
        ask(pool, b"x" * 40_000, changes_state=True)

    assert not caught.value.outcome_unknown
    assert service.bodies == []


def test_a_host_that_is_full(listen, connect):
    port = listen(limits=ListenerLimits(max_connections=1)).port
    ask(connect(port))

    with pytest.raises(QuotaError, match="503"):
        ask(connect(port))


@pytest.mark.parametrize("misfortune", [ResetAfter(), TruncatedBody()])
def test_a_change_under_a_lost_connection_is_made_once(listen, connect, service, misfortune):
    pool = connect(listen().port)
    ask(pool)
    service.misfortunes = [misfortune]

    with pytest.raises(ConnectionLostError) as caught:
        ask(pool, b"<create/>", changes_state=True)

    assert caught.value.outcome_unknown
    assert service.bodies.count(b"<create/>") == 1


def test_a_connection_that_has_to_authenticate_again(listen, connect, service):
    pool = connect(listen().port)
    ask(pool)
    service.misfortunes = [Unauthorized()]

    assert ask(pool).status == 200
    assert pool.traffic.handshakes == 2
