"""Kerberos against a real MIT KDC: sealing, falling back to NTLM, and what goes wrong in domains."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openhyperv.errors import AuthenticationError, DeadlineError, ProtocolError
from openhyperv.transport.pool import Pool
from openhyperv.transport.sealing import SealedMessage, SealProtocol, write_sealed
from openhyperv.transport.target import AuthenticationMethod, Target, Transport
from tests.transport.asking import ask, echo
from tests.transport.conftest import PASSWORD, UPN, USER
from tests.transport.realm import REALM, Realm, mit_kdc
from tests.transport.refusing_kdc import KRB_AP_ERR_SKEW, refusing_kdc
from tests.transport.scripted import ScriptedPeer, reply
from tests.transport.winrm_peer import WinRmPeer

pytestmark = pytest.mark.skipif(mit_kdc() is None, reason="needs Debian's krb5-kdc and krb5-user")

ALICE = {"username": f"alice@{REALM}", "password": "wonderland"}
KERBEROS = {"authentication": AuthenticationMethod.KERBEROS}
NEGOTIATE = {"authentication": AuthenticationMethod.NEGOTIATE}


@pytest.fixture(scope="session")
def running_realm(tmp_path_factory):
    realm = Realm.create(tmp_path_factory.mktemp("realm"))
    realm.add_user("alice", ALICE["password"])
    realm.add_service("HTTP/localhost")
    yield realm
    realm.stop()


@pytest.fixture
def realm(running_realm, monkeypatch):
    for name, value in running_realm.environment.items():
        monkeypatch.setenv(name, value)
    return running_realm


@pytest.fixture
def peer(start):
    def make(**options):
        script = WinRmPeer(echo, hostname="localhost", **options)
        return start(script).port, script.mechanisms_used

    return make


def pool_at(port, **options):
    return Pool(Target(host="localhost", port=port, **options))


@pytest.mark.usefixtures("realm")
@pytest.mark.parametrize(("method", "scheme"), [(KERBEROS, "Kerberos"), (NEGOTIATE, "Negotiate")])
def test_a_domain_user_exchanges_sealed_envelopes(peer, method, scheme):
    mechanism = "kerberos" if scheme == "Kerberos" else "negotiate"
    port, mechanisms_used = peer(scheme=scheme, mechanism=mechanism)

    with pool_at(port, **ALICE, **method) as pool:
        bodies = [b"", b"<q/>", b"x" * 300_000]
        assert [ask(pool, body).body for body in bodies] == [b"<answer>%b</answer>" % body for body in bodies]
        assert pool.traffic.authentication_round_trips == 1

    assert mechanisms_used == ["kerberos"]


@pytest.mark.usefixtures("realm")
@pytest.mark.parametrize("at", [-30, -40, -100])
def test_a_kerberos_seal_that_was_altered_is_refused(start, at):
    def alter(exchange):
        answer = bytearray(exchange.answer_bytes(b"<a/>" * 10))
        answer[at] ^= 1
        exchange.peer.sendall(answer)

    peer = start(WinRmPeer(alter, hostname="localhost"))

    with pool_at(peer.port, **ALICE) as pool, pytest.raises(ProtocolError, match="seal"):
        ask(pool)


@pytest.mark.usefixtures("realm")
@given(signature=st.binary(max_size=80), ciphertext=st.binary(max_size=80))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_no_kerberos_message_at_all_is_refused(signature, ciphertext):
    def forge(exchange):
        kind = f'multipart/encrypted;protocol="{exchange.protocol}";boundary="Encrypted Boundary"'
        message = SealedMessage(signature, ciphertext, len(ciphertext))
        body = write_sealed(SealProtocol(exchange.protocol), message)
        exchange.peer.sendall(reply(200, body, f"Content-Type: {kind}"))

    with (
        ScriptedPeer(WinRmPeer(forge, hostname="localhost")) as peer,
        pool_at(peer.port, **ALICE) as pool,
        pytest.raises(ProtocolError),
    ):
        ask(pool)


def test_a_ticket_is_as_good_as_a_password(realm, peer):
    realm.get_ticket("alice", ALICE["password"])
    port, mechanisms_used = peer()

    with pool_at(port) as pool:
        assert ask(pool).status == 200

    assert mechanisms_used == ["kerberos"]


def test_a_service_with_a_keytab_needs_no_ticket_beforehand(realm, peer, tmp_path, monkeypatch):
    realm.write_keytab("alice", tmp_path / "client.keytab")
    monkeypatch.setenv("KRB5CCNAME", "MEMORY:")
    monkeypatch.setenv("KRB5_CLIENT_KTNAME", f"FILE:{tmp_path / 'client.keytab'}")
    port, mechanisms_used = peer(scheme="Kerberos")

    with pool_at(port, **KERBEROS) as pool:
        assert ask(pool).status == 200

    assert mechanisms_used == ["kerberos"]


@pytest.mark.usefixtures("realm")
def test_inside_tls_kerberos_is_bound_to_the_channel(peer, certificates):
    port, mechanisms_used = peer(tls=certificates.valid, bindings=certificates.bindings)
    tls = {"transport": Transport.HTTPS, "ca_file": certificates.ca_file}

    with pool_at(port, **ALICE, **tls) as pool:
        assert ask(pool).status == 200

    assert mechanisms_used == ["kerberos"]


@pytest.mark.usefixtures("realm")
@pytest.mark.parametrize("username", [USER, UPN])
def test_a_user_whom_the_domain_does_not_know_falls_back_to_ntlm(peer, username):
    port, mechanisms_used = peer()

    with pool_at(port, username=username, password=PASSWORD) as pool:
        assert ask(pool).status == 200

    assert mechanisms_used == ["ntlm"]


@pytest.mark.usefixtures("realm")
@pytest.mark.parametrize(
    ("host", "account", "message"),
    [
        ("localhost", {**ALICE, "password": "wrong"}, "does not accept the password"),
        ("localhost", {**ALICE, "username": f"nobody@{REALM}"}, "does not know the user"),
        ("localhost", {**ALICE, "username": "alice@NOWHERE.TEST"}, "No domain controller"),
        ("127.0.0.1", ALICE, "no service HTTP"),
        ("localhost", {}, "no Kerberos ticket"),
    ],
)
def test_what_a_domain_refuses_is_told_by_its_code(peer, host, account, message):
    port, _ = peer(scheme="Kerberos", mechanism="kerberos")

    with (
        Pool(Target(host=host, port=port, **account, **KERBEROS)) as pool,
        pytest.raises(AuthenticationError, match=message) as caught,
    ):
        ask(pool)

    assert caught.value.remedy
    assert caught.value.host == host


@pytest.mark.parametrize("method", [KERBEROS, NEGOTIATE])
def test_a_ticket_that_has_expired(realm, peer, method, monkeypatch):
    monkeypatch.delenv("NTLM_USER_FILE")
    realm.get_ticket("alice", ALICE["password"], lifetime_s=1)
    time.sleep(2)
    port, _ = peer()

    with pool_at(port, **method) as pool, pytest.raises(AuthenticationError, match="expired") as caught:
        ask(pool)

    assert "kinit" in caught.value.remedy


def test_clocks_that_are_too_far_apart(realm, peer):
    port, _ = peer(scheme="Kerberos", mechanism="kerberos")

    with (
        refusing_kdc(realm, KRB_AP_ERR_SKEW),
        pool_at(port, **ALICE, **KERBEROS) as pool,
        pytest.raises(AuthenticationError, match="clocks") as caught,
    ):
        ask(pool)

    assert "NTP" in caught.value.remedy


def test_the_password_of_an_account_without_realm_is_not_tried_on_the_default_one(realm, peer):
    port, mechanisms_used = peer(mechanism="ntlm")
    realm.freeze()
    try:
        with pool_at(port, username=USER, password=PASSWORD) as pool:
            assert ask(pool, seconds=2).status == 200
    finally:
        realm.thaw()

    assert mechanisms_used == ["ntlm"]


def test_a_kdc_that_does_not_answer_costs_no_more_than_the_deadline(realm, peer):
    port, _ = peer(scheme="Kerberos", mechanism="kerberos")
    begun = time.monotonic()
    realm.freeze()
    try:
        with pool_at(port, **ALICE, **KERBEROS) as pool, pytest.raises(DeadlineError):
            ask(pool, seconds=0.5)
    finally:
        realm.thaw()

    assert time.monotonic() - begun < 3
