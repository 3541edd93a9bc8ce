"""``hv vm create`` that is killed at any of its requests: the same command again ends in just one machine."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from tests.capabilities import shows
from tests.faults.deadly_host import emulated, host, stock, witness
from tests.faults.killed import Command, DeadlyWitness, hv, run, run_to_death
from tests.faults.leftovers import machines_named, orphans
from tests.hyperv.stock import SWITCH, Stock

__all__ = ["emulated", "host", "stock", "witness"]
NAME = "web01"
MOST_REQUESTS = 40


@pytest.fixture(scope="module")
def command(stock: Stock) -> Command:
    """A machine with a copy of an image, a blank disk, an ISO, an adapter in a VLAN and a serial port."""
    return hv(
        *("vm", "create", NAME, "--vcpus", "2", "--memory", "512", "--notes", "for the shop", "--start"),
        *("--image", str(stock.image.path), "--image-disk", "1G", "--disk", "64M"),
        *("--iso", str(stock.iso.path), "--nic", f"{SWITCH},vlan=7"),
        *("--property", "hw_machine_type=hyperv-gen2", "--property", "interactive_serial_port=1"),
    )


def picture(emulated: EmulatedHost) -> tuple[list[str], Mapping[str, int], list[str]]:
    """What there is of the only machine: notes, devices by kind, files by name."""
    (guid,) = machines_named(emulated, NAME)
    (system,) = [each for each in emulated.host.systems if each.guid == guid]
    kinds = [resource.kind.name for resource in system.configuration.resources()]
    folder = emulated.host.files.local(str(system.configuration.value("ConfigurationDataRoot")))
    files = sorted(path.name for path in folder.rglob("*") if path.is_file())
    notes = [str(line) for line in system.configuration.value("Notes")]
    return notes, {kind: kinds.count(kind) for kind in kinds}, files


@shows("X6")
@shows("H1")
@pytest.mark.parametrize("is_executed", [False, True], ids=["before the host acts", "after the host acted"])
def test_the_same_command_again_ends_in_one_machine(
    emulated: EmulatedHost,
    host: Host,
    witness: DeadlyWitness,
    command: Command,
    is_executed: bool,
) -> None:
    environment = emulated.environment()
    assert run(environment, command).returncode == 0
    expected = picture(emulated)
    host.machine(NAME).delete()
    at = 0
    while run_to_death(witness, environment, command, at=(at := at + 1), is_executed=is_executed):
        again = run(environment, command)
        assert again.returncode == 0, f"after a death at request {at}: {again.stderr}"
        assert picture(emulated) == expected, f"after a death at request {at}"
        assert host.machine(NAME).state() is MachineState.RUNNING
        assert orphans(emulated) == [], f"after a death at request {at}"
        host.machine(NAME).delete()
        assert at < MOST_REQUESTS
    host.machine(NAME).delete()
    assert at > len(("facts", "facts", "image", "switch", "earlier", "disk", "disk", "define", "start"))
    assert orphans(emulated) == []
