"""Envelopes to a host and back, authenticated and protected, over real sockets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from openhyperv.transport.target import AuthenticationMethod, Transport
from openhyperv.transport.traffic import TraceEvent, TraceKind
from tests.transport.asking import ask, echo
from tests.transport.conftest import PASSWORD, UPN
from tests.transport.winrm_peer import WinRmPeer

SPNEGO = {"host": "localhost", "username": UPN}
"""An account that is worth trying Kerberos for; NTLM then goes inside SPNEGO, and by itself otherwise."""
ACCOUNTS = [{}, {"authentication": AuthenticationMethod.NTLM}, SPNEGO]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_sealed_envelope_reaches_the_host_and_its_answer_comes_back(start, connect, account):
    peer = start(WinRmPeer(echo))

    reply = ask(connect(peer.port, **account), b"<g\xc3\xbc/>")

    assert (reply.status, reply.body) == (200, b"<answer><g\xc3\xbc/></answer>")


def test_twenty_requests_share_one_connection_and_one_handshake(start, connect):
    peer = start(WinRmPeer(echo))
    pool = connect(peer.port)

    bodies = [b"<q>%d</q>" % number for number in range(20)]
    answers = [ask(pool, body).body for body in bodies]

    assert answers == [b"<answer>" + body + b"</answer>" for body in bodies]
    assert peer.accepted == 1
    traffic = pool.traffic
    assert (traffic.requests, traffic.handshakes, traffic.authentication_round_trips) == (20, 1, 2)
    assert traffic.bytes_sent > 20 * 300
    assert traffic.bytes_received > 20 * 300


def test_threads_get_their_own_answers_on_no_more_connections_than_the_pool_has(start, connect):
    peer = start(WinRmPeer(echo))
    pool = connect(peer.port, size=3)
    together = Barrier(8)

    def work(number):
        together.wait(timeout=10)
        return [ask(pool, b"<q>%d.%d</q>" % (number, turn)).body for turn in range(10)]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(work, range(8), timeout=60))

    assert answers == [[b"<answer><q>%d.%d</q></answer>" % (n, t) for t in range(10)] for n in range(8)]
    assert 1 <= peer.accepted <= 3


@pytest.mark.parametrize("size", [0, 1, 255, 256, 70_000, 1_500_000])
def test_envelopes_of_any_size_survive(start, connect, size):
    peer = start(WinRmPeer(echo))
    body = bytes(range(256)) * (size // 256 + 1)

    assert ask(connect(peer.port), body[:size]).body == b"<answer>" + body[:size] + b"</answer>"


@pytest.mark.parametrize("status", [400, 500])
def test_a_fault_is_handed_up_with_its_status(start, connect, status):
    peer = start(WinRmPeer(lambda exchange: exchange.answer(b"<fault/>", status)))

    reply = ask(connect(peer.port))

    assert (reply.status, reply.body) == (status, b"<fault/>")


def test_a_space_before_the_boundary_name_is_understood(start, connect):
    peer = start(WinRmPeer(lambda exchange: exchange.answer(b"<a/>", space=" ")))

    assert ask(connect(peer.port)).body == b"<a/>"


def test_the_connection_used_last_is_used_next(start, connect):
    peer = start(WinRmPeer(echo))
    pool = connect(peer.port, size=4)
    for _ in range(5):
        ask(pool)

    assert peer.accepted == 1


def test_a_connection_that_the_host_closes_after_its_answer_is_not_used_again(start, connect):
    def answer_and_close(exchange):
        data = exchange.answer_bytes(b"<a/>")
        exchange.peer.sendall(data.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        exchange.peer.close()

    peer = start(WinRmPeer(answer_and_close))
    pool = connect(peer.port)

    assert [ask(pool, changes_state=True).body for _ in range(3)] == [b"<a/>"] * 3
    assert peer.accepted == 3


def test_a_trace_sees_envelopes_in_the_clear_and_no_password(start, connect):
    events: list[TraceEvent] = []
    peer = start(WinRmPeer(echo))

    ask(connect(peer.port, trace=events.append), b"<q/>")

    assert [(e.kind, e.body, e.status) for e in events] == [
        (TraceKind.REQUEST, b"<q/>", None),
        (TraceKind.REPLY, b"<answer><q/></answer>", 200),
    ]
    assert PASSWORD not in repr(events)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_inside_tls_bodies_go_as_they_are_and_the_handshake_is_bound_to_the_channel(
    start, connect, certificates, account
):
    peer = start(WinRmPeer(echo, tls=certificates.valid, bindings=certificates.bindings))
    pool = connect(peer.port, transport=Transport.HTTPS, ca_file=certificates.ca_file, **account)

    assert [ask(pool).body for _ in range(3)] == [b"<answer><question/></answer>"] * 3
    assert peer.accepted == 1
