"""A guest that goes back to what it was, memory and disks, and whose copy goes on from the same memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.checkpoints.applying import WhenRunning
from openhyperv.hyperv.checkpoints.taking import Consistency
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.transfer.exporting import LiveState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import BlankDisk, DiskFormat, ExistingDisk
from openhyperv.machine.lifecycle import CheckpointKind
from openhyperv.machine.policy import Policy
from openhyperv.machine.request import DiskRequest
from tests.capabilities import shows
from tests.emulator_guests.booting import PORTS, lay_in, running, shell_of
from tests.emulator_guests.com_port import ComPort
from tests.faults.leftovers import wait_until
from tests.hyperv.specs import GEN_2, machine_spec

pytestmark = [pytest.mark.guest, pytest.mark.timeout(900)]
MIB = 1 << 20
HEARTBEAT_OK = 2


@define
class Lab:
    """A machine that has booted, with a second disk that nothing is on."""

    emulated: EmulatedHost
    host: Host
    machine: VirtualMachine
    pipe: str
    shell: ComPort

    def port(self, pipe: str) -> ComPort:
        """A guest's line agent."""
        return ComPort(pipe, port=int(self.emulated.environment()["OPENHYPERV_SMB_PORT"]))

    def connect_again(self) -> None:
        """Go on with a guest that was saved meanwhile, which has ended its ports."""
        self.shell = self.port(self.pipe)

    def write(self, word: str) -> None:
        """Let the guest have a word of six letters in memory and on its second disk."""
        self.shell.run(f"echo {word} > /tmp/word; echo {word} | dd of=/dev/sdb conv=fsync 2>/dev/null")


def words(shell: ComPort) -> tuple[str, str]:
    """What a guest has in memory, and on the disk itself."""
    shell.run("echo 3 > /proc/sys/vm/drop_caches")
    return shell.run("cat /tmp/word"), shell.run("dd if=/dev/sdb bs=6 count=1 2>/dev/null; echo")


def uptime_s(shell: ComPort) -> float:
    """How long a guest has been up."""
    return float(shell.run("cut -d' ' -f1 /proc/uptime"))


@pytest.fixture(scope="module")
def lab(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("host")) as (emulated, host):
        root = ExistingDisk(lay_in(emulated, images / "gen2.vhdx"), DiskFormat.VHDX)
        disks = (
            DiskRequest("root", root, boot_index=0),
            DiskRequest("data", BlankDisk(), size_bytes=16 * MIB),
        )
        standard = Policy(checkpoints=CheckpointKind.STANDARD)
        spec = machine_spec("past", GEN_2 | PORTS, disks=disks, policy=standard)
        machine = host.create(spec)
        machine.start()
        shell = shell_of(emulated, spec)
        (pipe,) = (port.pipe for port in spec.serial_ports if port.number == 2)
        yield Lab(emulated, host, machine, str(pipe).rpartition("\\")[2], shell)
        machine.delete()


@shows("E12", "O6", guest=True)
def test_a_change_is_gone_after_going_back(lab: Lab) -> None:
    checkpoints = lab.machine.checkpoints
    lab.write("before")
    taken = checkpoints.take("before")
    assert taken.has_memory
    lab.connect_again()
    lab.write("after_")
    assert words(lab.shell) == ("after_", "after_")
    up_s = uptime_s(lab.shell)
    checkpoints.apply(taken, WhenRunning.TURN_OFF)
    assert lab.machine.state() is MachineState.SAVED
    lab.machine.start()
    lab.connect_again()
    assert words(lab.shell) == ("before", "before")
    assert uptime_s(lab.shell) < up_s + 60, "it went on, and did not boot"
    checkpoints.delete(taken)
    assert words(lab.shell) == ("before", "before")


@shows("E12", guest=True)
def test_a_production_checkpoint_does_not_disturb_the_guest(lab: Lab) -> None:
    assert wait_until(lambda: lab.machine.summary().heartbeat == HEARTBEAT_OK, 60), "it was only restored"
    taken = lab.machine.checkpoints.take("production", Consistency.PRODUCTION)
    assert not taken.has_memory
    assert lab.shell.run("echo still there") == "still there"
    lab.machine.checkpoints.delete(taken)


@shows("X5", guest=True)
@shows("J14", guest=True)
def test_a_clone_goes_on_from_the_same_memory_beside_the_original(lab: Lab) -> None:
    lab.write("shared")
    clone = lab.host.machine(lab.machine.transfer.clone("twin", LiveState.SAVED))
    lab.connect_again()
    identity = clone.summary().notes.splitlines()[0]
    clone.start()
    twin = lab.port(f"{identity}_rw")
    assert words(twin) == ("shared", "shared")
    lab.write("parted")
    assert words(twin) == ("shared", "shared")
    assert words(lab.shell) == ("parted", "parted")
    clone.delete()
