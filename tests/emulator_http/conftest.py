"""Listeners in front of a recording service."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from openhyperv.emulator.http.certificates import ensure_tls_files
from openhyperv.emulator.http.listener import Listener
from openhyperv.emulator.http.tls import TlsFiles
from tests.emulator_http.recorder import ADMIN, Recorder


@pytest.fixture
def service() -> Recorder:
    return Recorder()


@pytest.fixture
def listen(service) -> Iterator[Callable[..., Listener]]:
    """Starts listeners in front of ``service`` and stops them at the end."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(
            Listener(**{"service": service, "accounts": [ADMIN], **options})
        )


@pytest.fixture
def tls_files(tmp_path) -> TlsFiles:
    return ensure_tls_files(tmp_path / "tls", ["127.0.0.1", "localhost"])


@pytest.fixture(autouse=True)
def no_kerberos(tmp_path, monkeypatch):
    """Keep clients that try Kerberos first from asking the network for a realm."""
    configuration = tmp_path / "krb5.conf"
    configuration.write_text("[libdefaults]\ndns_lookup_kdc = false\ndns_lookup_realm = false\n")
    monkeypatch.setenv("KRB5_CONFIG", str(configuration))
