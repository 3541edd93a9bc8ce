"""One private Samba for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.files.share import HostFiles
from openhyperv.files.smb.settings import Authentication, ShareSettings

from .samba import PASSWORD, USERNAME, Samba, running_samba


@pytest.fixture(scope="session")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    with running_samba(tmp_path_factory.mktemp("samba")) as server:
        yield server


@pytest.fixture
def settings(samba: Samba) -> ShareSettings:
    return ShareSettings(
        "127.0.0.1", USERNAME, PASSWORD, port=samba.port, authentication=Authentication.NTLM, timeout_s=10
    )


@pytest.fixture
def files(settings: ShareSettings) -> Iterator[HostFiles]:
    with HostFiles(settings) as host_files:
        yield host_files


@pytest.fixture
def folder(samba: Samba, request: pytest.FixtureRequest) -> Path:
    """A folder on the host's drive for one test."""
    test = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)
    path = samba.drive / f"{len(list(samba.drive.iterdir()))}-{test}"[:60]
    path.mkdir()
    return path
