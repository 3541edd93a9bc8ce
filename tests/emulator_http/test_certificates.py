"""The files behind ``--tls``."""

import ssl
import stat

import pytest

from openhyperv.emulator.http.certificates import ensure_tls_files
from tests.emulator_http.raw import connect


def server_name_accepted(listener, files, name):
    context = ssl.create_default_context(cafile=files.ca)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with connect(listener) as plain, context.wrap_socket(plain, server_hostname=name) as secure:
        return secure.version()


@pytest.mark.parametrize("name", ["hv1.example", "localhost", "127.0.0.1", "::1"])
def test_the_certificate_is_trusted_through_its_ca_for_every_name(listen, tmp_path, name):
    files = ensure_tls_files(tmp_path / "tls", ["hv1.example", "localhost", "127.0.0.1", "::1"])
    assert server_name_accepted(listen(tls=files), files, name).startswith("TLSv1")


def test_another_name_is_not(listen, tls_files):
    with pytest.raises(ssl.SSLCertVerificationError):
        server_name_accepted(listen(tls=tls_files), tls_files, "elsewhere.example")


def test_files_are_kept_and_made_anew_for_a_new_name(tmp_path):
    first = ensure_tls_files(tmp_path, ["localhost"])
    held = first.certificate.read_bytes()
    assert ensure_tls_files(tmp_path, ["localhost"]).certificate.read_bytes() == held
    assert ensure_tls_files(tmp_path, ["localhost", "hv2"]).certificate.read_bytes() != held


def test_the_key_is_private(tls_files):
    assert stat.S_IMODE(tls_files.key.stat().st_mode) == 0o600
