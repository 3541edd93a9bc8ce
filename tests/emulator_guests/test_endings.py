"""Ends that nobody planned. The guests here need not boot, so none is waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openhyperv.emulator.guests.machine import GuestError, GuestEvent
from tests.emulator_guests.lab import Events, Lab

pytestmark = pytest.mark.guest


def test_a_killed_qemu_is_a_crash_told_once_and_leaves_the_disk_whole(lab: Lab) -> None:
    machine = lab.machine("gen1.vhd", 1)
    events = Events()
    guest = lab.runner.start(machine, events)
    assert guest.process_id is not None
    os.kill(guest.process_id, signal.SIGKILL)
    events.wait(lambda heard: heard.told == [GuestEvent.CRASHED])
    with pytest.raises(GuestError):
        guest.pause()
    guest.turn_off()
    assert events.told == [GuestEvent.CRASHED]
    assert not list(machine.state_dir.glob("*.qcow2"))
    lab.runner.start(machine, events).turn_off()
    assert events.told == [GuestEvent.CRASHED]


def test_no_guest_outlives_the_emulator(lab: Lab) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from openhyperv.emulator.guests.machine import *\n"
        "from openhyperv.emulator.guests.runner import QemuRunner\n"
        "from openhyperv.emulator.network.fabric import Fabric\n"
        "from openhyperv.emulator.smb.pipes import PipeDirectory\n"
        "root = Path(sys.argv[1]); disk = GuestDrive('d', Bus.SCSI, 0, 0, Path(sys.argv[2]))\n"
        "machine = GuestMachine('11111111-2222-3333-4444-555555555555', 'orphan', 2, 1, 256, root, [disk],"
        " has_tpm=True)\n"
        "guest = QemuRunner(root, PipeDirectory(root), Path, Fabric(Path('/tmp'))).start(machine, print)\n"
        "print(guest.process_id, flush=True); time.sleep(60)\n"
    )
    machine = lab.machine("gen2.vhdx", 2)
    disk = machine.drives[0].path
    argv = [sys.executable, "-c", script, str(machine.state_dir), str(disk)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as emulator:
        assert emulator.stdout is not None
        qemu = int(emulator.stdout.readline())
        tpms = _children_named("swtpm", emulator.pid)
        assert tpms
        os.kill(emulator.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(_lives(pid) for pid in (qemu, *tpms)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _children_named(name: str, parent: int) -> list[int]:
    tasks = Path(f"/proc/{parent}/task").iterdir()
    pids = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    return [pid for pid in pids if Path(f"/proc/{pid}/comm").read_text().strip() == name]
