"""The listener through curl: SPNEGO, Kerberos and TLS by MIT and OpenSSL, HTTP by libcurl."""

import shutil
import subprocess

import pytest

from openhyperv.emulator.http.accounts import Account
from openhyperv.emulator.http.certificates import ensure_tls_files
from openhyperv.emulator.http.limits import Limits
from openhyperv.emulator.http.listener import Listener
from tests.emulator_http.recorder import ENVELOPE, Recorder
from tests.transport.realm import REALM, Realm, mit_kdc

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")

OPERATOR = Account("operator", "plain ascii")
SOAP = "Content-Type: application/soap+xml;charset=UTF-8"


@pytest.fixture
def service():
    return Recorder()


@pytest.fixture
def listener(service, tmp_path):
    tls = ensure_tls_files(tmp_path / "tls", ["localhost"])
    with Listener(service=service, accounts=[OPERATOR], tls=tls, allow_basic=True) as listener:
        yield listener


def curl(listener, *options):
    """The answer's body, and its status with the number of connections that curl needed."""
    url = f"https://localhost:{listener.port}/wsman"
    command = ["curl", "-sS", "--max-time", "30", "--noproxy", "*", "--cacert", str(listener.tls.ca)]
    command += [
        "--connect-to",
        f"localhost::127.0.0.1:{listener.port}",
        "-w",
        "|%{http_code} %{num_connects}",
    ]
    run = subprocess.run([*command, *options, url], capture_output=True, check=True, timeout=60)
    body, _bar, status = run.stdout.rpartition(b"|")
    return body, status.decode()


def test_basic_inside_tls(listener, service):
    options = ["-u", f"{OPERATOR.name}:{OPERATOR.password}", "-H", SOAP, "-d", "<x/>"]
    assert curl(listener, *options) == (ENVELOPE, "200 1")
    assert [(e.user, e.body, e.is_secure) for e in service.exchanges] == [("operator", b"<x/>", True)]


def test_a_wrong_password(listener, service):
    body, status = curl(listener, "-u", "operator:wrong", "-H", SOAP, "-d", "<x/>")
    assert (body, status) == (b"", "401 1")
    assert service.exchanges == []


def test_a_large_body_waits_for_permission_and_is_answered(listener, service, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(b"<x>" + b" " * 400_000 + b"</x>")
    options = [
        "-u",
        "operator:plain ascii",
        "-H",
        SOAP,
        "-H",
        "Expect: 100-continue",
        "--data-binary",
        f"@{large}",
    ]
    assert curl(listener, *options)[1] == "200 1"
    assert len(service.exchanges[0].body) == 400_007


def test_a_body_that_is_too_large_gets_its_413(listener, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(b" " * (Limits().max_body_bytes + 1))
    options = ["-u", "operator:plain ascii", "-H", SOAP, "-H", "Expect:", "--data-binary", f"@{large}"]
    assert curl(listener, *options)[1].startswith("413")


@pytest.fixture
def realm(tmp_path, monkeypatch):
    """A realm in which alice has a ticket; the keytab is the listener's business."""
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'tickets'}")
    folder = tmp_path / "realm"
    folder.mkdir()
    realm = Realm.create(folder)
    try:
        realm.add_user("alice", "wonderland")
        realm.add_service("HTTP/localhost")
        realm.get_ticket("alice", "wonderland")
        monkeypatch.setenv("KRB5_CONFIG", realm.environment["KRB5_CONFIG"])
        yield realm
    finally:
        realm.stop()


@pytest.mark.skipif(mit_kdc() is None, reason="needs Debian's krb5-kdc and krb5-user")
def test_negotiate_by_mit_kerberos(realm, service, tmp_path):
    tls = ensure_tls_files(tmp_path / "tls", ["localhost"])
    keytab = realm.folder / "keytab"
    with Listener(service=service, accounts=[OPERATOR], tls=tls, keytab=keytab) as listener:
        body, _status = curl(listener, "--negotiate", "-u", ":", "-H", SOAP, "-d", "<x/>")
    assert body == ENVELOPE
    assert [exchange.user for exchange in service.exchanges] == [f"alice@{REALM}"]
