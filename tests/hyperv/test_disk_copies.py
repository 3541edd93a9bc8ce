"""A whole copy of a disk, taken from a machine that goes on, or is off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.layer import open_writable
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.files.reading import reading
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.copies.disk_copy import ways_to_freeze
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import Bus, DiskFormat, Slot
from openhyperv.machine.host_version import WINDOWS_2025
from openhyperv.machine.request import DvdRequest
from tests.capabilities import shows
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_2, GIB, machine_spec
from tests.hyperv.stock import Stock

WAYS = ways_to_freeze(WINDOWS_2025)
WRITTEN = b"written by the guest".ljust(512)
FAR = 5 << 20
"""Where no image of the tests has anything."""


@pytest.fixture
def machine(emulated: EmulatedHost, host: Host, stock: Stock) -> Iterator[VirtualMachine]:
    """A machine whose disk builds on an image, and has something of its own."""
    spec = machine_spec("copied", GEN_2, disks=(stock.root,), dvds=(DvdRequest("iso", str(stock.iso.path)),))
    created = host.create(spec)
    (root, _) = created.disk_files()
    with closing(open_writable(emulated.host.files.local(root))) as disk:
        disk.write(FAR, WRITTEN)
        disk.flush()
    yield created
    created.delete()


def content(emulated: EmulatedHost, file: Path, start: int, length: int) -> bytes:
    with Chain.open(file, emulated.host.files.local) as chain:
        return b"".join(piece.read(0, piece.length) for piece in chain.pieces(start, length))


@shows("H14", "O6")
@pytest.mark.parametrize("has_agent", [False, True], ids=["as it is", "in order"])
def test_a_running_machine_goes_on(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine, has_agent: bool
) -> None:
    machine.start()
    if has_agent:
        system = emulated.host.systems.find(machine.guid)
        assert system is not None
        assert system.session is not None
        system.session.last_heartbeat = datetime.now(UTC)
    kept = machine.checkpoints.take("kept")
    with machine.disks.copied(Slot(Bus.SCSI, 0, 0), WAYS) as copy:
        seen = host.disks.inspect(str(copy))
        assert (seen.parent, seen.format, seen.size_bytes) == ("", DiskFormat.VHDX, GIB)
        local = emulated.host.files.local(str(copy))
        assert content(emulated, local, FAR, len(WRITTEN)) == WRITTEN
        assert [each.guid for each in machine.checkpoints.list()] == [kept.guid]
    assert machine.state() is MachineState.RUNNING
    assert not host.share.list(host.layout.copies)


def test_a_machine_that_is_off_is_not_checkpointed(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    with requests(emulated, host) as seen, machine.disks.copied("root.vhdx", WAYS) as copy:
        assert host.share.exists(copy)
    assert seen == ["Enumerate", "Get", "Invoke"]


def test_what_a_copy_of_a_running_machine_takes(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    machine.start()
    with requests(emulated, host) as seen, machine.disks.copied("root.vhdx", WAYS[1:]):
        pass
    devices, earlier, taken, merging = ["Enumerate"] * 4
    state, take, convert, delete = "Get", *["Invoke"] * 3
    assert seen == [devices, earlier, taken, merging, state, take, convert, delete]


def test_a_copy_is_read_as_a_stream(emulated: EmulatedHost, host: Host, machine: VirtualMachine) -> None:
    with machine.disks.copied("root.vhdx", WAYS) as copy:
        expected = emulated.host.files.local(str(copy)).read_bytes()
        with reading(host.share, copy) as stream:
            assert b"".join(iter(lambda: stream.read(65521), b"")) == expected


def test_only_one_copy_of_a_machine_at_a_time(machine: VirtualMachine) -> None:
    with machine.disks.copied("root.vhdx", WAYS):
        with pytest.raises(ConflictError), machine.disks.copied("root.vhdx", WAYS):
            pass
        with pytest.raises(ConflictError):
            machine.tidy_copies()
    machine.tidy_copies()


@pytest.mark.parametrize("which", ["none.vhdx", Slot(Bus.SCSI, 0, 1)], ids=["missing", "dvd"])
def test_what_is_no_disk_is_not_copied(machine: VirtualMachine, which: Slot | str) -> None:
    with pytest.raises(NotFoundError), machine.disks.copied(which, WAYS):
        pass


def test_a_file_that_is_not_there_is_not_read(host: Host) -> None:
    with pytest.raises(NotFoundError), reading(host.share, WindowsPath.parse(r"C:\none.bin")):
        pass
