"""Handshakes that fail: whose fault it is, and what to do about it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openhyperv.errors import AccessDeniedError, AuthenticationError, HyperVError, ProtocolError, QuotaError
from openhyperv.transport.target import AuthenticationMethod, Transport
from tests.transport.asking import ask, echo
from tests.transport.conftest import UPN, USER
from tests.transport.scripted import ScriptedPeer, read_request, reply
from tests.transport.winrm_peer import WinRmPeer

NTLM = {"username": USER}
SPNEGO = {"username": UPN, "host": "localhost"}
"""An account that is worth trying Kerberos for; NTLM then goes inside SPNEGO."""


def answering(*replies: bytes):
    """A peer that answers requests one by one, whatever they are."""

    def script(peer):
        for answer in replies:
            read_request(peer)
            peer.sendall(answer)

    return script


@pytest.mark.parametrize("account", [NTLM, SPNEGO])
@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody"}, {"username": "nobody@x"}])
def test_a_wrong_password_or_user(start, connect, account, wrong):
    peer = start(WinRmPeer(echo))
    pool = connect(peer.port, **{**account, **wrong})

    with pytest.raises(AuthenticationError) as caught:
        ask(pool, changes_state=True)

    error = caught.value
    assert (error.host, error.operation) == (pool.target.host, "authenticate")
    assert error.remedy
    assert not error.retryable
    assert not error.outcome_unknown
    assert "wrong" not in str(error), "a password is never repeated"
    assert peer.accepted == 1, "trying again could lock the account"


def test_the_next_request_works_once_the_password_is_right_again(start, connect, accounts):
    peer = start(WinRmPeer(echo))
    right = accounts.read_text()
    pool = connect(peer.port, size=1)
    accounts.write_text(":Administrator:changed\n")
    with pytest.raises(AuthenticationError):
        ask(pool)

    accounts.write_text(right)

    assert ask(pool).status == 200


def test_a_method_that_the_host_does_not_offer(start, connect):
    peer = start(answering(reply(401, b"", 'WWW-Authenticate: Basic realm="WSMAN"')))

    with pytest.raises(AuthenticationError, match="Negotiate") as caught:
        ask(connect(peer.port))

    assert "another method" in caught.value.remedy


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, AccessDeniedError), (404, ProtocolError), (503, QuotaError), (302, ProtocolError)],
)
def test_a_status_that_is_no_authentication(start, connect, status, kind):
    peer = start(answering(reply(status, b"<html/>", "Content-Type: text/html")))

    with pytest.raises(kind) as caught:
        ask(connect(peer.port), changes_state=True)

    assert str(status) in caught.value.message
    assert caught.value.remedy
    assert not caught.value.outcome_unknown


def test_a_path_that_is_not_served_names_the_path(start, connect):
    peer = start(answering(reply(404)))

    with pytest.raises(ProtocolError, match="/wsman"):
        ask(connect(peer.port))


@pytest.mark.parametrize("account", [NTLM, SPNEGO])
def test_a_host_that_lets_anyone_in_is_not_believed(start, connect, account):
    peer = start(answering(reply(200)))

    with pytest.raises(AuthenticationError, match="proving"):
        ask(connect(peer.port, **account))


def test_a_host_that_never_stops_asking(start, connect):
    challenge = ntlm_challenge(0xE2898235)
    peer = start(answering(*[reply(401, b"", f"WWW-Authenticate: Negotiate {challenge}")] * 20))

    with pytest.raises(HyperVError) as caught:
        ask(connect(peer.port, authentication=AuthenticationMethod.NTLM))

    assert isinstance(caught.value, (AuthenticationError, ProtocolError))


def test_a_host_that_talks_ntlm_down_to_no_encryption(start, connect):
    unsealed = ntlm_challenge(0xE2898235 & ~0x30)  # without NTLMSSP_NEGOTIATE_SIGN and _SEAL
    peer = start(
        answering(reply(401, b"", f"WWW-Authenticate: Negotiate {unsealed}"), reply(200), reply(200, b"<a/>"))
    )

    with pytest.raises(AuthenticationError, match="no encryption") as caught:
        ask(connect(peer.port, authentication=AuthenticationMethod.NTLM), b"<secret/>")

    assert "https" in caught.value.remedy


def test_tls_with_another_certificate_than_the_host_has_is_noticed_by_the_host(start, connect, certificates):
    """A relay in the middle shows a certificate of its own, and its channel is not the host's."""
    peer = start(WinRmPeer(echo, tls=certificates.valid, bindings=certificates.foreign_bindings))

    with pytest.raises(AuthenticationError):
        ask(connect(peer.port, transport=Transport.HTTPS, ca_file=certificates.ca_file))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    token=st.binary(min_size=1, max_size=200),
    is_ntlm=st.booleans(),
    status=st.sampled_from([200, 401]),
    account=st.sampled_from([NTLM, SPNEGO]),
)
def test_any_token_that_makes_no_sense_is_refused_in_our_own_words(connect, token, is_ntlm, status, account):
    token = b"NTLMSSP\x00\x02\x00\x00\x00" + token if is_ntlm else token
    answer = reply(status, b"", f"WWW-Authenticate: Negotiate {base64.b64encode(token).decode()}")

    with ScriptedPeer(answering(answer, reply(401))) as peer, pytest.raises(HyperVError) as caught:
        ask(connect(peer.port, **account))

    assert isinstance(caught.value, (AuthenticationError, ProtocolError))


@pytest.mark.parametrize("header", ["Negotiate ####", "Negotiate =", "Negotiate aGk"])
def test_a_token_that_is_not_base64(start, connect, header):
    peer = start(answering(reply(401, b"", f"WWW-Authenticate: {header}")))

    with pytest.raises(ProtocolError, match="base64"):
        ask(connect(peer.port))


def ntlm_challenge(flags: int) -> str:
    """A CHALLENGE_MESSAGE with an empty name and no target information ([MS-NLMP] 2.2.1.2)."""
    empty = b"\0\0\0\0" + (56).to_bytes(4, "little")
    head = b"NTLMSSP\0\2\0\0\0" + empty + flags.to_bytes(4, "little")
    return base64.b64encode(head + b"8bytes!!" + bytes(8) + empty + bytes(8)).decode()
