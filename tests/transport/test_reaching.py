"""Hosts that cannot be reached, or whose certificate is not to be trusted: each has its own error."""

from __future__ import annotations

import socket
import time

import pytest

from openhyperv.errors import (
    CertificateError,
    DeadlineError,
    HyperVError,
    InvalidInputError,
    UnreachableError,
)
from openhyperv.transport.pool import Pool
from openhyperv.transport.target import Limits, Target, Transport
from tests.transport.asking import ask, echo
from tests.transport.scripted import read_request, reply
from tests.transport.winrm_peer import WinRmPeer


def refusal(pool: Pool, kind: type[HyperVError], **options) -> HyperVError:
    with pytest.raises(kind) as caught:
        ask(pool, changes_state=True, **options)
    error = caught.value
    assert type(error) is kind
    assert error.host == pool.target.host
    assert error.operation
    assert not error.outcome_unknown, "nothing was sent yet"
    return error


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.parametrize("transport", list(Transport))
def test_a_port_where_nothing_listens(connect, free_port, transport):
    error = refusal(connect(free_port, transport=transport), UnreachableError)

    assert error.retryable
    assert "winrm quickconfig" in error.remedy


def test_a_name_that_nobody_knows():
    with Pool(Target(host="no-such-host.invalid", username="u", password="p")) as pool:
        assert "DNS" in refusal(pool, UnreachableError).remedy


def test_a_host_that_answers_no_connection_is_given_up_after_the_connect_limit(connect):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), socket.socket() as second:
            second.setblocking(False)
            second.connect_ex(("127.0.0.1", port))
            begun = time.monotonic()
            error = refusal(connect(port, limits=Limits(connect_s=0.5)), UnreachableError)

    assert "firewall" in error.remedy
    assert time.monotonic() - begun < 5


def test_plain_http_spoken_to_a_tls_port(start, connect, certificates):
    peer = start(WinRmPeer(echo, tls=certificates.valid))

    assert "transport is probably wrong" in refusal(connect(peer.port), UnreachableError).remedy


@pytest.mark.parametrize("answer", [b"", reply(400, b"Bad Request"), b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_tls_spoken_to_a_plain_port(start, connect, certificates, answer):
    def plain(peer):
        peer.recv(4096)
        peer.sendall(answer)
        peer.close()

    peer = start(plain)
    pool = connect(peer.port, transport=Transport.HTTPS, ca_file=certificates.ca_file)

    assert "transport is probably wrong" in refusal(pool, UnreachableError).remedy


def test_a_host_that_closes_the_connection_instead_of_authenticating(start, connect):
    def hang_up(peer):
        read_request(peer)
        peer.close()

    refusal(connect(start(hang_up).port), UnreachableError)


def test_a_tls_handshake_that_never_ends(start, connect, certificates):
    peer = start(lambda peer: peer.recv(65536) and peer.recv(65536))
    pool = connect(peer.port, transport=Transport.HTTPS, ca_file=certificates.ca_file)

    begun = time.monotonic()
    refusal(pool, DeadlineError, seconds=0.5)

    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("server", "trusts_ca", "remedy"),
    [
        ("valid", False, "CA file"),
        ("other_name", True, "name that the certificate holds"),
        ("expired", True, "clocks"),
    ],
)
def test_a_certificate_that_is_not_to_be_trusted(start, connect, certificates, server, trusts_ca, remedy):
    peer = start(WinRmPeer(echo, tls=getattr(certificates, server)))
    ca_file = certificates.ca_file if trusts_ca else None

    error = refusal(connect(peer.port, transport=Transport.HTTPS, ca_file=ca_file), CertificateError)

    assert remedy in error.remedy
    assert not error.retryable


def test_a_ca_file_that_is_none(tmp_path):
    for path in (tmp_path / "missing.pem", tmp_path / "empty.pem"):
        (tmp_path / "empty.pem").write_text("not a certificate")
        with pytest.raises(InvalidInputError, match="CA file"):
            Pool(Target(host="h", transport=Transport.HTTPS, username="u", password="p", ca_file=path))
