"""Tokens, good and hostile, given to a connection's authenticator."""

import base64

import pytest
import spnego
from hypothesis import given, settings
from hypothesis import strategies as st
from spnego.channel_bindings import GssChannelBindings

from openhyperv.emulator.http.accounts import Account, AccountBook
from openhyperv.emulator.http.authentication import (
    Admitted,
    AuthenticationPolicy,
    Authenticator,
    Challenged,
    Scheme,
)
from openhyperv.emulator.http.ntlm_accounts import acceptor_file
from openhyperv.emulator.http.ntlm_message import find_authenticate
from openhyperv.errors import InvalidInputError
from tests.emulator_http.recorder import ADMIN

POLICY = AuthenticationPolicy(AccountBook([ADMIN]), (Scheme.NEGOTIATE, Scheme.BASIC))
HERE = GssChannelBindings(application_data=b"tls-server-end-point:here")
ELSEWHERE = GssChannelBindings(application_data=b"tls-server-end-point:elsewhere")


@pytest.fixture(autouse=True)
def accounts_visible():
    with acceptor_file().named():
        yield


def header(token):
    return "Negotiate " + base64.b64encode(token).decode()


def shake_hands(authenticator, client):
    """The last verdict, and every token the client sent."""
    sent = [client.step()]
    verdict = authenticator.authenticate(header(sent[0]))
    while isinstance(verdict, Challenged) and not verdict.closes:
        reply = verdict.headers[0][1].removeprefix("Negotiate ")
        sent.append(client.step(base64.b64decode(reply)))
        verdict = authenticator.authenticate(header(sent[-1]))
    return verdict, sent


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
@pytest.mark.parametrize(("offered", "is_admitted"), [(None, True), (HERE, True), (ELSEWHERE, False)])
def test_channel_bindings_are_checked_where_they_are_offered(protocol, offered, is_admitted):
    client = spnego.client(ADMIN.name, ADMIN.password, protocol=protocol, channel_bindings=offered)
    authenticator = Authenticator(POLICY, HERE)
    verdict, _sent = shake_hands(authenticator, client)
    assert isinstance(verdict, Admitted) is is_admitted
    assert authenticator.user == (ADMIN.name if is_admitted else "")


def test_an_admitted_connection_needs_no_header_until_it_fails_again():
    authenticator = Authenticator(POLICY, None)
    assert authenticator.authenticate(None) == Challenged(POLICY.challenges, closes=True)
    shake_hands(authenticator, spnego.client(ADMIN.name, ADMIN.password))
    assert authenticator.authenticate(None) == Admitted(ADMIN.name)
    verdict, _sent = shake_hands(authenticator, spnego.client(ADMIN.name, "wrong"))
    assert verdict == Challenged(POLICY.challenges, closes=True)
    assert isinstance(authenticator.authenticate(None), Challenged)


def test_a_recorded_handshake_is_worth_nothing_on_another_connection():
    _verdict, sent = shake_hands(Authenticator(POLICY, None), spnego.client(ADMIN.name, ADMIN.password))
    other = Authenticator(POLICY, None)
    verdicts = [other.authenticate(header(token)) for token in sent]
    assert not any(isinstance(verdict, Admitted) for verdict in verdicts)


@settings(deadline=None)
@given(st.binary(max_size=120), st.integers(0, 400), st.integers(0, 255))
def test_no_token_however_broken_admits_or_breaks_anything(junk, at, byte):
    client = spnego.client(ADMIN.name, ADMIN.password)
    authenticator = Authenticator(POLICY, HERE)
    for token in (junk, b"NTLMSSP\0\x03\0\0\0" + junk, b"NTLMSSP\0\x01\0\0\0" + junk):
        assert not isinstance(authenticator.authenticate(header(token)), Admitted)
    first = authenticator.authenticate(header(client.step()))
    assert isinstance(first, Challenged)
    reply = base64.b64decode(first.headers[0][1].removeprefix("Negotiate "))
    last = bytearray(client.step(reply))
    last[at % len(last)] ^= byte
    verdict = authenticator.authenticate(header(bytes(last)))
    assert isinstance(verdict, Admitted | Challenged)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_hold_an_authenticate_message_or_none(junk):
    for token in (junk, junk + b"NTLMSSP\0\x03\0\0\0" + junk):
        try:
            found = find_authenticate(token)
        except ValueError:
            continue
        assert found is None or isinstance(found.user, str)


@pytest.mark.parametrize("domain", ["a:b", "x\ny", "x\u2028y", "d" * 300])
def test_a_domain_cannot_smuggle_lines_into_the_account_file(domain):
    with pytest.raises(ValueError, match="not a name"), acceptor_file().showing(ADMIN, domain):
        pass


@pytest.mark.parametrize(
    ("name", "password"), [("", "x"), ("a:b", "x"), ("a", "x:y"), ("a", ""), ("a", "x\ny")]
)
def test_an_account_that_the_file_cannot_hold_is_refused(name, password):
    with pytest.raises(InvalidInputError):
        Account(name, password)


def test_a_password_is_in_no_repr():
    assert ADMIN.password not in repr(ADMIN)
    assert ADMIN.password not in repr(AccountBook([ADMIN]))


@pytest.mark.parametrize(
    ("credentials", "is_admitted"),
    [
        (f"{ADMIN.name}:{ADMIN.password}", True),
        (f"HV1\\administrator:{ADMIN.password}", True),
        (f"{ADMIN.name}:wrong", False),
        (f"nobody:{ADMIN.password}", False),
        ("nobody:", False),
        ("no colon", False),
    ],
)
def test_basic(credentials, is_admitted):
    encoded = base64.b64encode(credentials.encode()).decode()
    authenticator = Authenticator(POLICY, None)
    assert isinstance(authenticator.authenticate(f"basic {encoded}"), Admitted) is is_admitted
    assert isinstance(authenticator.authenticate(None), Challenged)
