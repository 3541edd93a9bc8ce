"""The listener in a domain: tickets from MIT's own KDC, brought by pypsrp."""

import http.client

import pytest
from pypsrp.exceptions import AuthenticationError
from pypsrp.wsman import WSMan

from openhyperv.emulator.http.certificates import ensure_tls_files
from openhyperv.emulator.http.listener import Listener
from tests.emulator_http.recorder import ADMIN, ENVELOPE, Recorder
from tests.transport.realm import REALM, Realm, mit_kdc

pytestmark = pytest.mark.skipif(mit_kdc() is None, reason="needs Debian's krb5-kdc and krb5-user")

ALICE = {"username": f"alice@{REALM}", "password": "wonderland"}
REQUEST = b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'/>"


@pytest.fixture(scope="module")
def running_realm(tmp_path_factory):
    realm = Realm.create(tmp_path_factory.mktemp("realm"))
    realm.add_user("alice", ALICE["password"])
    realm.add_service("HTTP/localhost")
    yield realm
    realm.stop()


@pytest.fixture
def realm(running_realm, monkeypatch):
    """The realm as clients know it; the keytab is the listener's business."""
    for name, value in running_realm.environment.items():
        if name != "KRB5_KTNAME":
            monkeypatch.setenv(name, value)
    return running_realm


@pytest.fixture
def service():
    return Recorder()


def send(listener, **options):
    settings = {
        "port": listener.port,
        "ssl": listener.tls is not None,
        "cert_validation": str(listener.tls.ca) if listener.tls else True,
        "negotiate_service": "HTTP",
        "no_proxy": True,
        **options,
    }
    with WSMan("localhost", **settings) as wsman:
        return [wsman.transport.send(REQUEST) for _ in range(2)]


@pytest.mark.parametrize("auth", ["kerberos", "negotiate"])
def test_a_ticket_opens_a_sealed_session(realm, service, auth):
    with Listener(service=service, accounts=[ADMIN], keytab=realm.folder / "keytab") as listener:
        assert send(listener, auth=auth, **ALICE) == [ENVELOPE] * 2
    assert [exchange.user for exchange in service.exchanges] == [f"alice@{REALM}"] * 2


def test_the_scheme_kerberos_has_its_own_seal(realm, service, monkeypatch):
    monkeypatch.setattr("pypsrp.negotiate.HTTPNegotiateAuth._check_auth_supported", lambda *_: "Kerberos")
    with Listener(service=service, accounts=[ADMIN], keytab=realm.folder / "keytab") as listener:
        assert send(listener, auth="kerberos", **ALICE) == [ENVELOPE] * 2


@pytest.mark.parametrize("binds", [True, False])
def test_a_ticket_works_inside_tls_with_and_without_binding(realm, service, tmp_path, binds):
    tls = ensure_tls_files(tmp_path / "tls", ["localhost"])
    with Listener(service=service, accounts=[ADMIN], keytab=realm.folder / "keytab", tls=tls) as listener:
        assert send(listener, auth="kerberos", negotiate_send_cbt=binds, **ALICE) == [ENVELOPE] * 2


def test_local_accounts_work_in_a_domain_too(realm, service):
    with Listener(service=service, accounts=[ADMIN], keytab=realm.folder / "keytab") as listener:
        account = {"username": f"HV1\\{ADMIN.name}", "password": ADMIN.password}
        assert send(listener, auth="negotiate", **account) == [ENVELOPE] * 2


def test_without_a_keytab_kerberos_is_neither_offered_nor_taken(realm, service, monkeypatch):
    monkeypatch.setenv("KRB5_KTNAME", str(realm.folder / "keytab"))
    with Listener(service=service, accounts=[ADMIN]) as listener:
        with pytest.raises(AuthenticationError):
            send(listener, auth="kerberos", **ALICE)
        assert schemes(listener) == ["Negotiate"]
    with Listener(service=service, accounts=[ADMIN], keytab=realm.folder / "keytab") as listener:
        assert schemes(listener) == ["Negotiate", "Kerberos"]
    assert service.exchanges == []


def schemes(listener):
    connection = http.client.HTTPConnection("localhost", listener.port, timeout=10)
    connection.request("POST", "/wsman")
    offered = connection.getresponse().headers.get_all("WWW-Authenticate")
    connection.close()
    return offered
