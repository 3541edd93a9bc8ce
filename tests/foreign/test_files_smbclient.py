"""The emulated host's files through Samba's own command line client, and its disks through qemu-img."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.making import make_disk
from openhyperv.hyperv.host import Host
from openhyperv.machine.drives import BlankDisk, Bus, Disk, Slot
from tests.emulated import ACCOUNT, emulated_host, target_of

MIB = 1 << 20


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path_factory.mktemp("host"), has_files=True) as host:
        yield host


def smbclient(
    host: EmulatedHost, script: str, password: str = ACCOUNT.password
) -> subprocess.CompletedProcess[str]:
    """Run commands on the administrative share; the password goes through the environment."""
    port = host.environment()["OPENHYPERV_SMB_PORT"]
    command = [
        "smbclient",
        "//127.0.0.1/C$",
        "-p",
        port,
        "-U",
        ACCOUNT.name,
        "--option=client min protocol=SMB3",
    ]
    environment = {**os.environ, "PASSWD": password}
    return subprocess.run(
        [*command, "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_file_goes_there_and_back(host: EmulatedHost, tmp_path: Path) -> None:
    content = os.urandom(3 * MIB)
    (tmp_path / "there").write_bytes(content)
    done = smbclient(host, f'put "{tmp_path}/there" blob.bin; get blob.bin "{tmp_path}/back"')
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "back").read_bytes() == content


def test_a_wrong_password_is_refused(host: EmulatedHost) -> None:
    refused = smbclient(host, "ls", password="wrong")
    assert "NT_STATUS_LOGON_FAILURE" in refused.stdout + refused.stderr


def test_a_disk_made_by_the_host_is_one_for_qemu_img(host: EmulatedHost, tmp_path: Path) -> None:
    with Host.connect(target_of(host)) as client:
        folder = WindowsPath.parse("C:\\Disks")
        client.share.make_folder(folder)
        path = make_disk(client.disks, Disk("data", BlankDisk(), Slot(Bus.SCSI, 0, 0), 700 * MIB), folder)
    done = smbclient(host, f'get Disks\\data.vhdx "{tmp_path}/data.vhdx"')
    assert done.returncode == 0, done.stderr
    told = subprocess.run(
        ["qemu-img", "info", "--output=json", str(tmp_path / "data.vhdx")],
        capture_output=True,
        check=True,
        timeout=60,
    )
    info = json.loads(told.stdout)
    assert (path, info["format"], info["virtual-size"]) == ("C:\\Disks\\data.vhdx", "vhdx", 700 * MIB)
