"""The listener through pypsrp's WinRM transport: its authentication, sealing and TLS are not ours."""

import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from pypsrp.exceptions import AuthenticationError, WinRMTransportError
from pypsrp.wsman import WSMan

from openhyperv.emulator.http.accounts import Account
from openhyperv.emulator.http.certificates import ensure_tls_files
from openhyperv.emulator.http.exchange import Answer
from openhyperv.emulator.http.listener import Listener
from tests.emulator_http.recorder import ADMIN, ENVELOPE, Recorder

REQUEST = b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'>\xc3\xa9</s:Envelope>"


@contextmanager
def client(listener: Listener, **options: object) -> Iterator[WSMan]:
    settings = {
        "port": listener.port,
        "username": ADMIN.name,
        "password": ADMIN.password,
        "ssl": listener.tls is not None,
        "auth": "negotiate",
        "cert_validation": str(listener.tls.ca) if listener.tls else True,
        "no_proxy": True,
        **options,
    }
    with WSMan("127.0.0.1", **settings) as wsman:
        yield wsman


@pytest.fixture(autouse=True)
def no_kerberos(tmp_path, monkeypatch):
    """Keep clients that try Kerberos first from asking the network for a realm."""
    configuration = tmp_path / "krb5.conf"
    configuration.write_text("[libdefaults]\ndns_lookup_kdc = false\ndns_lookup_realm = false\n")
    monkeypatch.setenv("KRB5_CONFIG", str(configuration))


@pytest.fixture
def service() -> Recorder:
    return Recorder()


@pytest.fixture
def tls(tmp_path):
    return ensure_tls_files(tmp_path / "tls", ["127.0.0.1", "localhost"])


def test_a_sealed_exchange_over_http(service):
    with Listener(service=service, accounts=[ADMIN]) as listener, client(listener) as wsman:
        assert [wsman.transport.send(REQUEST) for _ in range(3)] == [ENVELOPE] * 3
    assert [exchange.body for exchange in service.exchanges] == [REQUEST] * 3
    assert {exchange.user for exchange in service.exchanges} == {"Administrator"}
    assert not service.exchanges[0].is_secure


@pytest.mark.parametrize("auth", ["negotiate", "ntlm"])
@pytest.mark.parametrize(
    "name", ["administrator", "HV1\\Administrator", ".\\ADMINISTRATOR", "other\\administrator"]
)
def test_any_domain_and_any_case_name_the_local_account(service, auth, name):
    with (
        Listener(service=service, accounts=[ADMIN]) as listener,
        client(listener, username=name, auth=auth) as wsman,
    ):
        assert wsman.transport.send(REQUEST) == ENVELOPE
    assert service.exchanges[0].user == "Administrator"


def test_a_fault_is_sealed_too(service):
    service.answer = Answer(ENVELOPE, status=500)
    with Listener(service=service, accounts=[ADMIN]) as listener, client(listener) as wsman:
        with pytest.raises(WinRMTransportError) as caught:
            wsman.transport.send(REQUEST)
        assert caught.value.code == 500
        assert "\u20ac" in caught.value.response_text
        service.answer = Answer(ENVELOPE)
        assert wsman.transport.send(REQUEST) == ENVELOPE


def test_https_binds_the_channel_and_needs_no_seal(service, tls):
    with Listener(service=service, accounts=[ADMIN], tls=tls) as listener, client(listener) as wsman:
        assert wsman.transport.send(REQUEST) == ENVELOPE
    assert service.exchanges[0].is_secure


@pytest.mark.parametrize("options", [{"negotiate_send_cbt": False}, {"encryption": "always"}])
def test_https_without_binding_and_with_seal(service, tls, options):
    with (
        Listener(service=service, accounts=[ADMIN], tls=tls) as listener,
        client(listener, **options) as wsman,
    ):
        assert wsman.transport.send(REQUEST) == ENVELOPE


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"username": "nobody"}])
@pytest.mark.parametrize("auth", ["negotiate", "ntlm"])
def test_a_wrong_password_or_name_is_refused(service, change, auth):
    with (
        Listener(service=service, accounts=[ADMIN]) as listener,
        client(listener, auth=auth, **change) as wsman,
    ):
        with pytest.raises(AuthenticationError):
            wsman.transport.send(REQUEST)
        assert listener.counters.snapshot()["authentication_failures"] >= 1
    assert service.exchanges == []


def test_two_hosts_of_one_process_have_passwords_of_their_own(service):
    other = Account(ADMIN.name, "another password")
    with (
        Listener(service=service, accounts=[ADMIN]) as one,
        Listener(service=service, accounts=[other]) as two,
    ):
        with client(one) as wsman:
            assert wsman.transport.send(REQUEST) == ENVELOPE
        with client(two, password=other.password) as wsman:
            assert wsman.transport.send(REQUEST) == ENVELOPE
        with client(two) as wsman, pytest.raises(AuthenticationError):
            wsman.transport.send(REQUEST)


def test_logins_to_two_hosts_at_the_same_time_do_not_mix(service):
    other = Account(ADMIN.name, "another password")

    def log_in(listener, password):
        with client(listener, password=password, auth="ntlm") as wsman:
            try:
                return wsman.transport.send(REQUEST) == ENVELOPE
            except AuthenticationError:
                return False

    with (
        Listener(service=service, accounts=[ADMIN]) as one,
        Listener(service=service, accounts=[other]) as two,
    ):
        cases = [(one, ADMIN.password), (two, other.password), (one, other.password), (two, ADMIN.password)]
        with ThreadPoolExecutor(16) as pool:
            outcomes = list(pool.map(lambda case: log_in(*case), cases * 8))
    assert outcomes == [True, True, False, False] * 8


def test_an_unsealed_body_is_refused_unless_allowed(service):
    with (
        Listener(service=service, accounts=[ADMIN]) as listener,
        client(listener, encryption="never") as wsman,
    ):
        with pytest.raises(WinRMTransportError) as caught:
            wsman.transport.send(REQUEST)
        assert caught.value.code == 500
    assert service.exchanges == []
    with (
        Listener(service=service, accounts=[ADMIN], allow_unencrypted=True) as listener,
        client(listener, encryption="never") as wsman,
    ):
        assert wsman.transport.send(REQUEST) == ENVELOPE


def test_basic_is_refused_by_default_and_works_inside_tls_when_allowed(service, tls):
    with (
        Listener(service=service, accounts=[ADMIN], tls=tls) as listener,
        client(listener, auth="basic") as wsman,
        pytest.raises(AuthenticationError),
    ):
        wsman.transport.send(REQUEST)
    ascii_only = Account("operator", "plain ascii")
    with (
        Listener(service=service, accounts=[ascii_only], tls=tls, allow_basic=True) as listener,
        client(listener, auth="basic", username="operator", password=ascii_only.password) as wsman,
    ):
        assert wsman.transport.send(REQUEST) == ENVELOPE
    assert [exchange.user for exchange in service.exchanges] == ["operator"]


def test_an_untrusted_certificate_ends_in_the_client(service, tls):
    with (
        warnings.catch_warnings(),
        Listener(service=service, accounts=[ADMIN], tls=tls) as listener,
        client(listener, cert_validation=True) as wsman,
        pytest.raises(Exception, match="certificate verify failed"),
    ):
        wsman.transport.send(REQUEST)
    assert service.exchanges == []
