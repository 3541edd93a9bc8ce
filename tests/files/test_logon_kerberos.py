"""No way to a ticket is an answer, not a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.errors import AuthenticationError
from openhyperv.files.share import HostFiles
from openhyperv.files.smb.settings import Authentication, ShareSettings
from tests.emulated import ACCOUNT, emulated_host


def test_a_realm_that_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "krb5.conf"
    configuration.write_text("[libdefaults]\ndefault_realm = NOWHERE.TEST\ndns_lookup_kdc = false\n")
    monkeypatch.setenv("KRB5_CONFIG", str(configuration))
    with emulated_host(tmp_path / "hv1", has_files=True) as host:
        settings = ShareSettings(
            server="localhost",
            port=int(host.environment()["OPENHYPERV_SMB_PORT"]),
            username="somebody",
            password=ACCOUNT.password,
            authentication=Authentication.KERBEROS,
        )
        with HostFiles(settings) as files, pytest.raises(AuthenticationError, match="Kerberos ticket"):
            files.check()
