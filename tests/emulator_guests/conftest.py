"""What guests are made of, fetched once into the user's cache, and a runner with a real Samba."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import smbclient

from openhyperv.emulator.debian_guest.boot_files import BootFiles, default_cache, fetch
from openhyperv.emulator.debian_guest.guests import build_all
from openhyperv.emulator.guests.runner import QemuRunner
from openhyperv.emulator.smb.configuration import SmbAccount
from openhyperv.emulator.smb.pipes import PipeDirectory
from openhyperv.emulator.smb.samba import Samba
from tests.emulator_guests.lab import Lab
from tests.fabrics import private_fabric

ACCOUNT = SmbAccount("Administrator", "Un chat, 2 chiens")


@pytest.fixture(scope="session")
def boot_files() -> BootFiles:
    return fetch(default_cache())


@pytest.fixture(scope="session")
def images(boot_files: BootFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("images")
    list(build_all(directory, boot_files, ["gen1", "gen2", "gen2-tampered"]))
    return directory


@pytest.fixture(scope="module")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    data = tmp_path_factory.mktemp("smb")
    with Samba(data / "smb", data / "C", ACCOUNT, host_name="HV01") as running:
        options = {"username": ACCOUNT.name, "password": ACCOUNT.password, "port": running.port}
        smbclient.register_session("127.0.0.1", **options)
        yield running
        smbclient.reset_connection_cache(fail_on_error=False)


@pytest.fixture(scope="module")
def lab(samba: Samba, images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    pipes = PipeDirectory(samba.pipe_directory)
    directory = tmp_path_factory.mktemp("machines")
    with private_fabric() as fabric:
        runner = QemuRunner(tmp_path_factory.mktemp("cache"), pipes, Path, fabric)
        yield Lab(runner, directory, images, samba.port)
        runner.close()
        pipes.close()
