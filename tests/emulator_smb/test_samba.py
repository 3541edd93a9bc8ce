"""The file service as clients see it: smbprotocol and Samba's own smbclient."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import smbclient
from smbprotocol.exceptions import DiskFull, SMBException

from openhyperv.emulator.smb.configuration import SmbAccount
from openhyperv.emulator.smb.samba import Samba
from tests.emulator_smb.conftest import ACCOUNT

MIB = 1 << 20


def _smbclient(samba: Samba, login: str, *options: str) -> subprocess.CompletedProcess[str]:
    argv = ["smbclient", "-p", str(samba.port), "//127.0.0.1/C$", "-U", login, *options, "-c", "ls"]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def test_what_a_client_writes_is_a_file_of_drive_c(samba: Samba, share: str, drive_c: Path) -> None:
    smbclient.makedirs(share + r"\Images\New", port=samba.port)
    with smbclient.open_file(share + r"\images\new\Disk.vhdx", "wb", port=samba.port) as file:
        file.write(b"content")
    assert (drive_c / "Images/New/Disk.vhdx").read_bytes() == b"content"


def test_a_missing_file_is_reported_as_windows_does(samba: Samba, share: str) -> None:
    with pytest.raises(OSError) as caught:  # noqa: PT011  # the NT status says which
        smbclient.stat(share + r"\nowhere", port=samba.port)
    assert getattr(caught.value, "ntstatus") == 0xC0000034  # noqa: B009  # STATUS_OBJECT_NAME_NOT_FOUND


@pytest.mark.parametrize("login", ["administrator", "HV01\\Administrator"])
def test_the_windows_account_name_is_known_with_and_without_domain(samba: Samba, login: str) -> None:
    assert _smbclient(samba, f"{login}%{ACCOUNT.password}").returncode == 0


def test_a_wrong_password_a_guest_and_smb1_are_refused(samba: Samba) -> None:
    assert "NT_STATUS_LOGON_FAILURE" in _smbclient(samba, "Administrator%wrong").stdout
    assert "NT_STATUS" in _smbclient(samba, "%", "-N").stdout
    old = _smbclient(
        samba, f"Administrator%{ACCOUNT.password}", "-m", "NT1", "--option=client min protocol=NT1"
    )
    assert old.returncode != 0


def test_a_full_disk_stops_a_copy_in_the_middle(samba: Samba, share: str, drive_c: Path) -> None:
    path = share + r"\big.bin"
    samba.limit_file_size(2 * MIB)
    try:
        with pytest.raises(DiskFull):
            _copy(path, 4, samba.port)
    finally:
        samba.limit_file_size(None)
    assert (drive_c / "big.bin").stat().st_size == 2 * MIB
    _copy(path, 4, samba.port)
    assert (drive_c / "big.bin").stat().st_size == 4 * MIB


def _copy(path: str, size_mib: int, port: int) -> None:
    with smbclient.open_file(path, "wb", port=port) as file:
        for _ in range(size_mib):
            file.write(bytes(MIB))


def test_cut_connections_fail_and_new_ones_work(samba: Samba, share: str) -> None:
    file = smbclient.open_file(share + r"\cut.bin", "wb", buffering=0, port=samba.port)
    file.write(b"before")
    samba.cut_connections()
    with pytest.raises((SMBException, OSError)):
        file.write(b"after")
    smbclient.reset_connection_cache(fail_on_error=False)
    assert _smbclient(samba, f"Administrator%{ACCOUNT.password}").returncode == 0


def test_nothing_is_left_when_it_stops(tmp_path: Path) -> None:
    samba = Samba(tmp_path / "smb", tmp_path / "C", ACCOUNT, host_name="HV02")
    samba.start()
    run_directory = samba.pipe_directory.parent.parent
    samba.stop()
    assert not run_directory.exists()
    assert not _processes_naming(run_directory)


def test_it_is_found_where_it_was_after_it_stopped(tmp_path: Path) -> None:
    samba = Samba(tmp_path / "smb", tmp_path / "C", ACCOUNT, host_name="HV02")
    ports = []
    for _ in range(2):
        with samba:
            ports.append(samba.port)
            assert _smbclient(samba, f"Administrator%{ACCOUNT.password}").returncode == 0
    assert ports[0] == ports[1]


def test_nothing_runs_on_when_the_emulator_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from openhyperv.emulator.smb.samba import Samba; from tests.emulator_smb.conftest import ACCOUNT\n"
        "root = Path(sys.argv[1]); samba = Samba(root / 'smb', root / 'C', ACCOUNT, host_name='HV03')\n"
        "samba.start(); print(samba.pipe_directory.parent.parent, flush=True); time.sleep(60)\n"
    )
    argv = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as emulator:
        assert emulator.stdout is not None
        run_directory = Path(emulator.stdout.readline().strip())
        assert _processes_naming(run_directory)
        os.kill(emulator.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while _processes_naming(run_directory) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _processes_naming(run_directory)
    with Samba(tmp_path / "smb", tmp_path / "C", ACCOUNT, host_name="HV03"):
        assert not run_directory.exists()


@pytest.mark.parametrize("name", ["", "a" * 21, 'a"b', "a\nb", "@group", "!x"])
def test_an_account_name_that_could_change_the_configuration_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="account name"):
        SmbAccount(name, "secret")


def test_the_password_is_not_in_the_repr() -> None:
    assert ACCOUNT.password not in repr(ACCOUNT)


def _processes_naming(path: Path) -> list[int]:
    """Living processes with ``path`` in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(path).encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
