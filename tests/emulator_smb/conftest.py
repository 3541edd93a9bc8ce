"""One private Samba for all tests of the room; each test cleans up the faults it sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import smbclient

from openhyperv.emulator.smb.configuration import SmbAccount
from openhyperv.emulator.smb.samba import Samba

ACCOUNT = SmbAccount("Administrator", "Un chat, 2 chiens")


@pytest.fixture(scope="module")
def drive_c(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("C")


@pytest.fixture(scope="module")
def samba(tmp_path_factory: pytest.TempPathFactory, drive_c: Path) -> Iterator[Samba]:
    with Samba(tmp_path_factory.mktemp("smb"), drive_c, ACCOUNT, host_name="HV01") as running:
        yield running


@pytest.fixture
def share(samba: Samba) -> Iterator[str]:
    """``\\\\host\\C$`` with a session of its own to the running Samba."""
    options = {"username": ACCOUNT.name, "password": ACCOUNT.password, "port": samba.port}
    smbclient.register_session("127.0.0.1", auth_protocol="ntlm", **options)
    yield r"\\127.0.0.1\C$"
    smbclient.reset_connection_cache(fail_on_error=False)
