"""Basic authentication: the password itself, inside TLS only."""

from __future__ import annotations

import base64

import pytest

from openhyperv.errors import AuthenticationError, InvalidInputError, ProtocolError
from openhyperv.transport.target import AuthenticationMethod, Target, Transport
from tests.transport.asking import ask
from tests.transport.conftest import PASSWORD, USER
from tests.transport.scripted import read_request, reply

SOAP = "Content-Type: application/soap+xml;charset=UTF-8"
REFUSAL = reply(401, b"", 'WWW-Authenticate: Basic realm="WSMAN"')
EXPECTED = base64.b64encode(f"{USER}:{PASSWORD}".encode())


@pytest.fixture
def basic(start, connect, certificates):
    """A peer behind TLS that answers requests with the right password by what it is given."""

    def make(*answers: bytes):
        def script(peer):
            with certificates.valid.wrap_socket(peer, server_side=True) as secure:
                for answer in answers:
                    head, _ = read_request(secure)
                    right = b"Authorization: Basic " + EXPECTED in head
                    secure.sendall(answer if right else REFUSAL)

        peer = start(script)
        return peer, lambda **changes: connect(
            peer.port,
            transport=Transport.HTTPS,
            ca_file=certificates.ca_file,
            authentication=AuthenticationMethod.BASIC,
            **changes,
        )

    return make


def test_the_password_goes_with_each_request_and_costs_no_round_trip(basic):
    peer, connect = basic(*[reply(200, b"<a/>", SOAP)] * 3)
    pool = connect()

    assert [ask(pool).body for _ in range(3)] == [b"<a/>"] * 3
    assert pool.traffic.authentication_round_trips == 0
    assert peer.accepted == 1


def test_a_wrong_password_is_tried_once(basic):
    peer, connect = basic(reply(200, b"<a/>", SOAP))

    with pytest.raises(AuthenticationError):
        ask(connect(password="wrong"))

    assert peer.accepted == 1


@pytest.mark.parametrize("header", ["Content-Type: text/html", "X-Nothing: here"])
@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_answer_that_is_no_envelope_is_refused(basic, header, status):
    _, connect = basic(reply(status, b"<html/>", header))

    with pytest.raises(ProtocolError, match=str(status)):
        ask(connect())


def test_outside_tls_it_is_refused_before_anything_is_touched():
    with pytest.raises(InvalidInputError) as caught:
        Target(host="h", username="u", password="p", authentication=AuthenticationMethod.BASIC)

    assert "https" in caught.value.remedy
