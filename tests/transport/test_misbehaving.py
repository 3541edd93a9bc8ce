"""Hosts that fail or lie in the middle of an exchange: the right error, in time, and nothing sent twice."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from openhyperv.errors import (
    AccessDeniedError,
    AuthenticationError,
    ConflictError,
    ConnectionLostError,
    DeadlineError,
    ProtocolError,
    QuotaError,
)
from openhyperv.transport.target import Limits
from tests.transport.asking import ask, echo
from tests.transport.scripted import reply, reset
from tests.transport.winrm_peer import WinRmPeer

SOAP = "Content-Type: application/soap+xml;charset=UTF-8"


class Recorder:
    """Runs one behaviour after another, the last one for good, and keeps what was asked."""

    def __init__(self, *behaviours):
        self.behaviours = list(behaviours)
        self.requests: list[bytes] = []

    def __call__(self, exchange):
        behave = self.behaviours[min(len(self.requests), len(self.behaviours) - 1)]
        self.requests.append(exchange.request)
        behave(exchange)


def hang(exchange):
    exchange.peer.recv(1)


def drop(exchange):
    reset(exchange.peer)


def drip(exchange):
    """One byte of a proper answer at a time, slowly."""
    for byte in exchange.answer_bytes(b"<a/>" * 100):
        exchange.peer.sendall(bytes([byte]))
        time.sleep(0.05)


def truncate(exchange):
    exchange.peer.sendall(exchange.answer_bytes(b"<a/>" * 100)[:-50])
    exchange.peer.close()


def send(data):
    return lambda exchange: exchange.peer.sendall(data)


def altered(exchange):
    data = bytearray(exchange.answer_bytes(b"<a>delete nothing</a>"))
    data[-40] ^= 1
    exchange.peer.sendall(data)


def repeated():
    first = []

    def behave(exchange):
        first.append(exchange.answer_bytes(b"<a/>"))
        exchange.peer.sendall(first[0])

    return behave


@pytest.fixture
def host(start, connect):
    """A peer with that behaviour, a pool on it, and the record of what it was asked."""

    def make(*behaviours, **options):
        record = Recorder(*behaviours)
        return connect(start(WinRmPeer(record)).port, **options), record

    return make


@pytest.mark.parametrize("changes_state", [True, False])
@pytest.mark.parametrize("behaviour", [hang, drip])
def test_a_peer_that_is_silent_or_slow_costs_no_more_than_the_deadline(host, behaviour, changes_state):
    pool, record = host(echo, behaviour)
    ask(pool)
    begun = time.monotonic()

    with pytest.raises(DeadlineError) as caught:
        ask(pool, changes_state=changes_state, seconds=0.6)

    assert 0.5 < time.monotonic() - begun < 3
    assert caught.value.outcome_unknown is changes_state
    assert caught.value.host == "127.0.0.1"
    assert len(record.requests) == 2


def test_a_peer_that_does_not_read_costs_no_more_than_the_deadline(host):
    over = Event()

    def answer_and_stop_reading(exchange):
        echo(exchange)
        over.wait(timeout=10)

    pool, _ = host(answer_and_stop_reading)
    ask(pool)
    with pytest.raises(DeadlineError) as caught:
        ask(pool, b"x" * 20_000_000, changes_state=True, seconds=2)
    over.set()

    assert caught.value.outcome_unknown


@pytest.mark.parametrize("behaviour", [drop, truncate])
def test_a_change_under_a_lost_connection_is_not_sent_again(host, behaviour):
    pool, record = host(echo, behaviour, echo)
    ask(pool)

    with pytest.raises(ConnectionLostError) as caught:
        ask(pool, b"<create/>", changes_state=True)

    assert caught.value.outcome_unknown
    assert "check the host" in str(caught.value)
    assert caught.value.operation == "Get Msvm_Thing"
    assert record.requests.count(b"<create/>") == 1


def test_a_read_on_a_connection_that_died_is_sent_once_more(host):
    pool, record = host(echo, drop, echo)
    ask(pool)

    assert ask(pool, b"<read/>").body == b"<answer><read/></answer>"
    assert record.requests.count(b"<read/>") == 2


def test_a_read_is_sent_twice_at_most(host):
    pool, record = host(echo, drop)
    ask(pool)

    with pytest.raises(ConnectionLostError) as caught:
        ask(pool, b"<read/>")

    assert not caught.value.outcome_unknown
    assert record.requests.count(b"<read/>") == 2


def test_a_read_on_a_fresh_connection_or_with_half_an_answer_is_not_sent_again(host):
    pool, record = host(drop)
    with pytest.raises(ConnectionLostError):
        ask(pool)
    assert len(record.requests) == 1

    pool, record = host(echo, truncate, echo)
    ask(pool)
    with pytest.raises(ConnectionLostError):
        ask(pool)
    assert len(record.requests) == 2


def test_a_connection_that_was_closed_while_idle_is_noticed_before_a_change_is_sent(host):
    def answer_then_close(exchange):
        echo(exchange)
        exchange.peer.close()

    pool, record = host(answer_then_close, echo)
    ask(pool)
    time.sleep(0.1)

    assert ask(pool, b"<create/>", changes_state=True).status == 200
    assert record.requests.count(b"<create/>") == 1


def test_an_answer_that_nobody_asked_for_spoils_the_connection(host):
    def answer_twice(exchange):
        echo(exchange)
        echo(exchange)

    pool, _ = host(answer_twice, echo)
    ask(pool)
    time.sleep(0.1)

    assert ask(pool, b"<second/>").body == b"<answer><second/></answer>"


def test_a_host_that_forgets_our_authentication_is_given_it_again(host):
    pool, record = host(echo, send(reply(401, b"", "WWW-Authenticate: Negotiate")), echo)
    ask(pool)

    assert ask(pool, b"<create/>", changes_state=True).status == 200
    assert record.requests.count(b"<create/>") == 2, "401 says that it was not executed"
    assert pool.traffic.handshakes == 2


def test_a_host_that_keeps_forgetting_it_is_given_it_once_more_only(host):
    pool, record = host(send(reply(401, b"", "WWW-Authenticate: Negotiate")))

    with pytest.raises(AuthenticationError) as caught:
        ask(pool, changes_state=True)

    assert not caught.value.outcome_unknown
    assert len(record.requests) == 2


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_answer_that_is_not_sealed_is_refused(host, status):
    pool, _ = host(send(reply(status, b"<all-is-well/>", SOAP)))

    with pytest.raises(ProtocolError, match="not sealed") as caught:
        ask(pool, changes_state=True)

    assert caught.value.outcome_unknown
    assert "proxy" in caught.value.remedy


def test_an_answer_that_was_altered_is_refused(host):
    pool, _ = host(altered)

    with pytest.raises(ProtocolError, match="seal"):
        ask(pool)


def test_an_answer_that_was_repeated_is_refused(host):
    pool, _ = host(repeated())
    ask(pool)

    with pytest.raises(ProtocolError, match="seal"):
        ask(pool)


@pytest.mark.parametrize(
    ("status", "kind", "remedy"),
    [
        (403, AccessDeniedError, "Remote Management Users"),
        (404, ProtocolError, "port"),
        (413, ProtocolError, "MaxEnvelopeSizekb"),
        (415, ProtocolError, "AllowUnencrypted"),
        (503, QuotaError, "MaxConnections"),
    ],
)
def test_a_status_without_envelope_has_its_own_error(host, status, kind, remedy):
    pool, record = host(echo, send(reply(status, b"<html/>", "Content-Type: text/html")), echo)
    ask(pool)

    with pytest.raises(kind) as caught:
        ask(pool, changes_state=True)

    assert remedy in caught.value.remedy
    assert not caught.value.outcome_unknown, "the host says that it did not execute it"
    assert len(record.requests) == 2
    assert ask(pool).status == 200


@pytest.mark.parametrize("status", [302, 502, 504])
def test_a_status_that_only_a_proxy_would_give_tells_nothing_about_the_change(host, status):
    pool, _ = host(echo, send(reply(status, b"<html/>", "Content-Type: text/html")), echo)
    ask(pool)

    with pytest.raises(ProtocolError, match=str(status)) as caught:
        ask(pool, changes_state=True)

    assert "proxy" in caught.value.remedy
    assert caught.value.outcome_unknown


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, b"x" * 20_000, SOAP),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4000\r\n" + b"x" * 0x4000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Header: y\r\n" * 10_000,
    ],
)
def test_an_answer_beyond_the_limit_is_refused_unread(host, answer):
    pool, _ = host(send(answer), limits=Limits(reply_bytes=10_000))

    with pytest.raises(ProtocolError, match=r"larger|longer"):
        ask(pool)


def test_a_broken_connection_frees_its_place_in_the_pool(host):
    pool, _ = host(drop, drop, drop, echo, size=1)
    for _ in range(3):
        with pytest.raises(ConnectionLostError):
            ask(pool, changes_state=True)

    assert ask(pool).status == 200


def test_waiting_for_a_free_connection_ends_with_the_deadline(host):
    arrived, go_on = Event(), Event()

    def wait(exchange):
        arrived.set()
        go_on.wait(timeout=10)
        echo(exchange)

    pool, record = host(wait, size=1)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(ask, pool)
        assert arrived.wait(timeout=10)
        with pytest.raises(DeadlineError, match="busy") as caught:
            ask(pool, changes_state=True, seconds=0.2)
        go_on.set()
        assert first.result(timeout=10).status == 200

    assert not caught.value.outcome_unknown
    assert len(record.requests) == 1


def test_a_closed_pool_sends_nothing(host):
    pool, record = host(echo)
    pool.close()

    with pytest.raises(ConflictError):
        ask(pool)

    assert record.requests == []
