"""Accounts, certificates and peers for the transport's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from openhyperv.transport.pool import Pool
from openhyperv.transport.target import Target
from tests.transport.certificates import Certificates, make_certificates
from tests.transport.scripted import ScriptedPeer

USER = "Administrator"
UPN = "Administrator@nowhere.test"
"""An account with a realm: the client tries Kerberos for it, and falls back to NTLM within SPNEGO."""
PASSWORD = "Pa55wörd"


@pytest.fixture(autouse=True)
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The account that pyspnego's server side knows; no Kerberos unless a test brings a realm."""
    store = tmp_path / "accounts"
    store.write_text(f":{USER}:{PASSWORD}\n:{UPN}:{PASSWORD}\n")
    store.chmod(0o600)
    monkeypatch.setenv("NTLM_USER_FILE", str(store))
    configuration = tmp_path / "krb5.conf"
    configuration.write_text("[libdefaults]\n dns_lookup_kdc = false\n dns_lookup_realm = false\n")
    monkeypatch.setenv("KRB5_CONFIG", str(configuration))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'tickets'}")
    return store


@pytest.fixture
def start() -> Iterator[Callable[..., ScriptedPeer]]:
    """Starts peers that end with the test."""
    with ExitStack() as stack:
        yield lambda *scripts: stack.enter_context(ScriptedPeer(*scripts))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A private CA and host certificates that it signed."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def connect() -> Iterator[Callable[..., Pool]]:
    """Makes pools on a local port, closed with the test."""
    with ExitStack() as stack:

        def make(port: int, *, size: int = 4, trace: object = None, **changes: object) -> Pool:
            usual = {"host": "127.0.0.1", "username": USER, "password": PASSWORD}
            target = Target(port=port, **{**usual, **changes})
            return stack.enter_context(Pool(target, size=size, trace=trace))

        yield make
