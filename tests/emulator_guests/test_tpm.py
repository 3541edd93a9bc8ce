"""A machine asked for with ``os_vtpm=required``: its guest uses the TPM, which keeps what it is given."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from openhyperv.machine.drives import DiskFormat, ExistingDisk
from openhyperv.machine.request import DiskRequest
from tests.capabilities import shows
from tests.emulator_guests.booting import running, shell_of
from tests.emulator_guests.com_port import ComPort
from tests.emulator_guests.tpm_commands import (
    define_memory,
    get_random,
    read_memory,
    response_code,
    shell,
    write_memory,
)
from tests.hyperv.specs import machine_spec

pytestmark = [pytest.mark.guest, pytest.mark.timeout(900)]
SECRET = b"sealed up in here"
PROPERTIES = {
    "hw_machine_type": "hyperv-gen2",
    "os_type": "linux",
    "os_secure_boot": "required",
    "os_vtpm": "required",
    "logging_serial_port": "1",
    "interactive_serial_port": "2",
}


def ask(com2: ComPort, command: bytes) -> bytes:
    """The TPM's answer to the guest, without its head."""
    answer = com2.run(shell(command))
    assert response_code(answer) == 0, answer
    return bytes.fromhex(answer)[10:]


def swtpm_processes(data: Path) -> list[int]:
    """The TPMs that run for machines of a host."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text() == "swtpm\n" and (process / "cwd").readlink().is_relative_to(
                data
            ):
                found.append(int(process.name))
        except OSError:
            continue
    return found


@shows("D3", "D5", "D9", guest=True)
def test_a_guest_has_a_tpm_that_keeps_what_it_is_given(images: Path, tmp_path: Path) -> None:
    data = tmp_path / "host"
    data.mkdir()
    disk = DiskRequest("root", ExistingDisk(r"C:\gen2.vhdx", DiskFormat.VHDX), boot_index=0)
    spec = machine_spec("guarded", PROPERTIES, disks=(disk,))
    with running(data) as (emulated, host):
        shutil.copy(images / "gen2.vhdx", emulated.host.files.local(r"C:\gen2.vhdx"))
        machine = host.create(spec)
        machine.start()
        com2 = shell_of(emulated, spec)
        report = com2.run("report")
        assert " secureboot=1 lockdown=integrity " in report
        assert " tpm=2 " in report
        assert int(com2.run("cat /sys/class/tpm/tpm0/pcr-sha256/0"), 16) > 0
        first, second = ask(com2, get_random(16)), ask(com2, get_random(16))
        assert first != second
        ask(com2, define_memory(len(SECRET)))
        ask(com2, write_memory(SECRET))
        (process,) = swtpm_processes(data)
        status = Path(f"/proc/{process}/status").read_text()
        assert "CapEff:\t0000000000000000" in status
        assert "NoNewPrivs:\t1" in status
        machine.turn_off()
        assert swtpm_processes(data) == []
    (memory,) = data.rglob("tpm2-00.permall")
    assert SECRET not in memory.read_bytes()
    with running(data) as (emulated, host):
        machine = host.machine("guarded")
        machine.start()
        com2 = shell_of(emulated, spec)
        assert SECRET in ask(com2, read_memory(len(SECRET)))
        machine.delete()
    assert list(data.rglob("tpm2-00.permall")) == []
