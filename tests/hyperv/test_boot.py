"""The boot order: shown and set by names that people know."""

from __future__ import annotations

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import ConflictError, InvalidInputError, NotFoundError
from openhyperv.hyperv.boot.entries import BootKind
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.request import DvdRequest
from tests.capabilities import shows
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_1, machine_spec, with_disk
from tests.hyperv.stock import Stock
from tests.witness import Witness, changes


@pytest.fixture(scope="module")
def second(host: Host, stock: Stock) -> VirtualMachine:
    return host.create(stock.spec("second"))


def names(machine: VirtualMachine) -> list[str]:
    return [entry.name for entry in machine.boot.order()]


def test_the_order_is_told_by_device(emulated: EmulatedHost, host: Host, second: VirtualMachine) -> None:
    with requests(emulated, host) as asked:
        root, config, adapter = second.boot.order()
    assert asked == ["Enumerate", "Get"]
    assert (root.kind, root.name, root.detail[-10:]) == (BootKind.DISK, "scsi:0:0", "\\root.vhdx")
    assert (config.kind, config.name) == (BootKind.DVD, "scsi:0:1")
    assert (adapter.kind, adapter.name, adapter.detail) == (BootKind.NETWORK, "eth0", "")


@shows("D8")
@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (["eth0"], ["eth0", "scsi:0:0", "scsi:0:1"]),
        (["SCSI:0:1", "root.vhdx"], ["scsi:0:1", "scsi:0:0", "eth0"]),
        ([], ["scsi:0:1", "scsi:0:0", "eth0"]),
    ],
)
def test_devices_are_put_first(
    second: VirtualMachine, witness: Witness, first: list[str], expected: list[str]
) -> None:
    second.boot.put_first(first)
    assert names(second) == expected
    with witness.watching() as seen:
        second.boot.put_first(expected)
    assert changes(seen) == [], "it is so already"


@pytest.mark.parametrize(
    ("wanted", "error"), [(["scsi:3:3"], NotFoundError), (["eth0", "ETH0"], InvalidInputError)]
)
def test_what_is_no_order_is_refused(
    second: VirtualMachine, witness: Witness, wanted: list[str], error: type[Exception]
) -> None:
    with witness.watching() as seen, pytest.raises(error):
        second.boot.put_first(wanted)
    assert changes(seen) == []


def test_a_running_machine_keeps_its_order(second: VirtualMachine) -> None:
    second.start()
    with pytest.raises(ConflictError) as caught:
        second.boot.put_first(list(reversed(names(second))))
    assert "Turn the machine off" in (caught.value.remedy or "")
    second.turn_off()


@shows("D7")
def test_generation_1_boots_by_class(host: Host, stock: Stock) -> None:
    from_disk = host.create(with_disk("disk", GEN_1, network_adapters=(NetworkAdapter("eth0"),)))
    dvds = (DvdRequest("dvd", str(stock.iso.path), boot_index=0),)
    from_iso = host.create(machine_spec("iso", GEN_1, dvds=dvds))
    assert names(from_disk) == ["hard-disk", "cd", "network", "floppy"]
    assert names(from_iso) == ["cd", "hard-disk", "network", "floppy"]
    from_disk.boot.put_first(["network"])
    assert names(from_disk) == ["network", "hard-disk", "cd", "floppy"]
