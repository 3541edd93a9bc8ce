"""Many clients at once, who do not wait for each other: no job breaks, and nothing is left at the end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from time import monotonic, sleep

from openhyperv.emulator.cimom.provider import Result
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated
from tests.emulator_host.devices import disk, make_disk

CLIENTS = 6
STEPS = 40
DEADLINE_S = 60
SERVICE = "Msvm_VirtualSystemSnapshotService"
SETTINGS = "Msvm_VirtualSystemSettingData"


class Client:
    """One client with one VM, doing anything in any order."""

    def __init__(self, emulated: Emulated, number: int) -> None:
        self._emulated = emulated
        self._random = Random(number)  # noqa: S311  # which step comes next is no secret
        file = rf"C:\vms\{number}.vhdx"
        make_disk(emulated, file)
        self._system = emulated.define(f"vm{number}", resources=disk(emulated, file))

    def run(self) -> None:
        """All steps, then the end."""
        steps = (self._change_state, self._change_state, self._take, self._destroy, self._apply, self._list)
        for _ in range(STEPS):
            self._random.choice(steps)()
        self._insist(lambda: self._state(3), lambda: self._emulated.state(self._system) == 3)
        self._insist(self._destroy_system, lambda: self._is_gone)

    def _change_state(self) -> None:
        self._state(self._random.choice([2, 3, 6, 9, 11]))

    def _state(self, state: int) -> None:
        result = self._emulated.invoke(self._system, "RequestStateChange", RequestedState=state)
        self._follow(result, waits=self._random.random() < 0.7)

    def _take(self) -> None:
        self._follow(
            self._emulated.call_of(SERVICE, "CreateSnapshot", AffectedSystem=self._system, SnapshotType=2)
        )

    def _destroy(self) -> None:
        if (snapshot := self._snapshot()) is not None:
            self._follow(self._emulated.call_of(SERVICE, "DestroySnapshot", AffectedSnapshot=snapshot))

    def _apply(self) -> None:
        if (snapshot := self._snapshot()) is not None:
            self._follow(self._emulated.call_of(SERVICE, "ApplySnapshot", Snapshot=snapshot))

    def _snapshot(self) -> ObjectPath | None:
        found = self._emulated.associated(self._system, SETTINGS, "Msvm_SnapshotOfVirtualSystem")
        return self._random.choice(found).path if found else None

    def _list(self) -> None:
        self._follow(self._emulated.call("GetSummaryInformation", RequestedInformation=[0, 100, 107, 108]))

    def _destroy_system(self) -> None:
        self._follow(self._emulated.call("DestroySystem", AffectedSystem=self._system))

    @property
    def _is_gone(self) -> bool:
        return self._emulated.host.systems.find(str(self._system.key("Name"))) is None

    def _follow(self, result: Result, *, waits: bool = True) -> None:
        assert result.return_value in (0, 4096, 32775)
        if result.return_value == 4096 and waits:
            job = self._emulated.finish(result)
            assert job["JobState"] == 7, job

    @staticmethod
    def _insist(act: Callable[[], None], is_done: Callable[[], bool]) -> None:
        deadline = monotonic() + DEADLINE_S
        while not is_done():
            assert monotonic() < deadline
            act()
            sleep(0.01)


def test_clients_that_do_not_wait_for_each_other(emulated: Emulated) -> None:
    clients = [Client(emulated, number) for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(client.run) for client in clients]:
            done.result()
    assert len(emulated.all("Msvm_ComputerSystem")) == 1
    left = sorted(path.name for path in emulated.host.files.local(r"C:\vms").iterdir())
    assert left == [f"{number}.vhdx" for number in range(CLIENTS)]
    snapshots = emulated.host.data / "snapshots"
    assert not snapshots.exists() or not list(snapshots.iterdir())
