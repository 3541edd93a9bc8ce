"""Other files in the drives of a machine, and which files the machines of a host need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.errors import ConflictError
from openhyperv.hyperv.disks.file_use import files_in_drives, with_parents
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.hyperv.specs import GIB, with_disk
from tests.hyperv.stock import Stock


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(with_disk("exchanged"))
    yield created
    created.delete()


def test_a_machine_that_is_off_gets_another_disk_in_the_same_place(
    host: Host, machine: VirtualMachine
) -> None:
    (before,) = machine.disks.list()
    assert before.file is not None
    other = before.file.replace("root", "other")
    host.disks.create(other, size_bytes=GIB)
    machine.disks.exchange({before: other})
    (after,) = machine.disks.list()
    assert (after.slot, after.file) == (before.slot, other)
    machine.start()
    with pytest.raises(ConflictError):
        machine.disks.exchange({after: before.file})
    machine.turn_off()
    machine.settle()


def test_an_image_is_needed_as_long_as_a_checkpoint_builds_on_it(host: Host, stock: Stock) -> None:
    image = str(stock.image.path).lower()
    assert image not in with_parents(host.disks, files_in_drives(host.session))
    machine = host.create(stock.spec("needs"))
    machine.checkpoints.take("before")
    (root, iso) = machine.disk_files()
    needed = with_parents(host.disks, files_in_drives(host.session))
    assert needed >= {root.lower(), iso.lower(), image}
    machine.delete()
    assert image not in with_parents(host.disks, files_in_drives(host.session))


def test_what_is_no_disk_or_not_there_has_no_parents(host: Host) -> None:
    files = [r"C:\none.vhdx", r"\\HV1\root\virtualization\v2:Msvm_DiskDrive.DeviceID=\"1\""]
    assert with_parents(host.disks, files) == {file.lower() for file in files}
