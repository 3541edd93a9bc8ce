"""Imports, clones and deletions that are killed at any of their requests: the same again ends well."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import frozen

from openhyperv.emulator.disks.inspecting import validate_chain
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.faults.killed import DeadlyWitness, hv, run, run_to_death, start
from tests.faults.leftovers import orphans, wait_until
from tests.hyperv.specs import with_disk
from tests.hyperv.stock import SWITCH, Stock, provide

EXPORT = WindowsPath.parse(r"C:\exports\web01")
MIB = 1 << 20
MOST_REQUESTS = 40
_NOT_FOUND = 40
either_way = pytest.mark.parametrize(
    "is_executed", [False, True], ids=["before the host acts", "after the host acted"]
)


@pytest.fixture(scope="module")
def witness() -> DeadlyWitness:
    return DeadlyWitness()


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory, witness: DeadlyWitness) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path_factory.mktemp("host"), witness, has_files=True) as running:
        yield running


@pytest.fixture(scope="module")
def host(emulated: EmulatedHost) -> Iterator[Host]:
    with Host.connect(target_of(emulated)) as connected:
        yield connected


@pytest.fixture(scope="module")
def stock(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    return provide(host, tmp_path_factory.mktemp("stock"))


@pytest.fixture(scope="module")
def exported(host: Host, stock: Stock) -> WindowsPath:
    """A machine's export, the machine itself being gone."""
    machine = host.create(stock.spec("web01"))
    machine.checkpoints.take("before")
    machine.transfer.export(EXPORT)
    machine.delete()
    return EXPORT


@frozen
class Ordeal:
    """A command that is killed at each of its requests in turn, and repeated after each death."""

    emulated: EmulatedHost
    witness: DeadlyWitness
    is_executed: bool

    def survive(self, command: tuple[str, ...], check: Callable[[int], None]) -> int:
        """``check`` sees what the repeated command has brought about, and undoes it; returns the requests."""
        at = 0
        while self._dies(command, at := at + 1):
            again = run(self.emulated.environment(), hv(*command))
            assert again.returncode in (0, _NOT_FOUND), f"after a death at request {at}: {again.stderr}"
            check(again.returncode)
            assert orphans(self.emulated) == [], f"after a death at request {at}"
            assert at < MOST_REQUESTS
        check(0)
        return at - 1

    def _dies(self, command: tuple[str, ...], at: int) -> bool:
        environment = self.emulated.environment()
        return run_to_death(self.witness, environment, hv(*command), at=at, is_executed=self.is_executed)


@pytest.fixture
def ordeal(emulated: EmulatedHost, witness: DeadlyWitness, *, is_executed: bool) -> Ordeal:
    return Ordeal(emulated, witness, is_executed)


def _only(host: Host, name: str) -> VirtualMachine:
    """The machine of that name, of which there is one, and which can be started."""
    machine = host.machine(name)
    machine.start()
    machine.turn_off()
    return machine


@shows("X6")
@shows("J4", "J14")
@either_way
def test_an_import_ends_in_the_machine_that_was(
    emulated: EmulatedHost, host: Host, exported: WindowsPath, ordeal: Ordeal, tmp_path: Path
) -> None:
    folder = emulated.host.files.local(str(exported))
    pristine = tmp_path / "pristine"
    shutil.copytree(folder, pristine)
    options = ("--name", "again", "--switch", f"{SWITCH}={SWITCH}", "--memory", "768")

    def check(code: int) -> None:
        assert code == 0
        machine = _only(host, "again")
        assert [each.name for each in machine.checkpoints.list()] == ["before"]
        assert len(list(emulated.host.systems)) == 1
        machine.delete()  # which merges the checkpoint's disks where the export has them
        shutil.rmtree(folder)
        shutil.copytree(pristine, folder)

    assert ordeal.survive(("vm", "import", str(exported), *options), check) >= len("jlsiafMmvr")


@shows("J14")
@either_way
def test_a_copy_is_made_once_and_whole(
    emulated: EmulatedHost, host: Host, exported: WindowsPath, ordeal: Ordeal
) -> None:
    def check(code: int) -> None:
        assert code == 0
        machine = _only(host, "copied")
        assert _whole(emulated, machine)
        assert len(list(emulated.host.systems)) == 1
        machine.delete()

    assert ordeal.survive(("vm", "import", str(exported), "--copy", "--name", "copied"), check) >= 9
    assert host.share.list(exported / "Virtual Hard Disks")


def _whole(emulated: EmulatedHost, machine: VirtualMachine) -> bool:
    """True where all its disks are there, with their parents beside them."""
    files = emulated.host.files
    disks = [files.local(file) for file in machine.disk_files() if not file.endswith(".iso")]
    layers = [(disk, info.path) for disk in disks for info in validate_chain(disk, files.local)]
    return bool(layers) and all(path.parent == disk.parent for disk, path in layers)


def test_a_copy_that_dies_half_way_is_made_anew(
    emulated: EmulatedHost, host: Host, exported: WindowsPath
) -> None:
    source, machines = (
        emulated.host.files.local(path) for path in (str(exported), r"C:\OpenHyperV\machines")
    )
    large = source / "Virtual Hard Disks" / "large.bin"
    with large.open("wb") as file:
        file.truncate(256 * MIB)
    command = ("vm", "import", str(exported), "--copy", "--name", "copied")
    with start(emulated.environment(), hv(*command)) as process:
        assert wait_until(lambda: any(machines.rglob(large.name)))
        process.kill()
    again = run(emulated.environment(), hv(*command))
    assert again.returncode == 0, again.stderr
    assert _whole(emulated, _only(host, "copied"))
    (copied,) = machines.rglob(large.name)
    assert copied.stat().st_size == large.stat().st_size
    host.machine("copied").delete()
    large.unlink()
    assert orphans(emulated) == []


@shows("J14")
@either_way
def test_a_clone_is_made_once_and_the_original_goes_on(
    emulated: EmulatedHost, host: Host, stock: Stock, ordeal: Ordeal
) -> None:
    original = host.create(stock.spec("original"))
    original.start()

    def check(code: int) -> None:
        assert code == 0
        clone = _only(host, "clone")
        assert _whole(emulated, clone)
        assert len(list(emulated.host.systems)) == 2
        assert original.checkpoints.list() == []
        clone.delete()

    assert ordeal.survive(("vm", "clone", "original", "clone"), check) >= 13
    original.delete()


@shows("X6")
@shows("O6")
@either_way
@pytest.mark.parametrize("options", [(), ("--subtree",)], ids=["one", "subtree"])
def test_a_checkpoint_is_deleted_with_its_disks(
    emulated: EmulatedHost, host: Host, stock: Stock, ordeal: Ordeal, options: tuple[str, ...]
) -> None:
    assert stock.image
    machine = host.create(with_disk("deleted"))
    (disk,) = machine.disk_files()
    kept = [] if options else ["child"]
    folder = emulated.host.files.local(disk).parent

    def take() -> None:
        machine.checkpoints.take("gone")
        machine.checkpoints.take("child")

    def check(code: int) -> None:
        assert wait_until(lambda: [each.name for each in machine.checkpoints.list()] == kept), code
        assert wait_until(lambda: len(_leaves(folder)) == len(kept))
        assert _whole(emulated, machine)
        for each in machine.checkpoints.list():
            machine.checkpoints.delete(each)
        assert machine.disk_files() == [disk]
        take()

    take()
    command = ("vm", "checkpoint", "delete", "deleted", "gone", *options)
    assert ordeal.survive(command, check) >= len(("machine", "checkpoints", "delete"))
    machine.delete()


def _leaves(folder: Path) -> list[Path]:
    return list(folder.glob("*.avhdx"))
