"""Every change of what a provider promises to announce is announced, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from attrs import define, field

from openhyperv.emulator.cimom.events import Change, ChangeKind, Indication
from openhyperv.emulator.cimom.polling import Differences
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import V2, Emulated
from tests.emulator_host.devices import disk, make_disk
from tests.emulator_host.test_network import VLAN, _adapter, _add_feature, _switch

SETTINGS = "Msvm_VirtualSystemSettingData"
SYSTEM = "Msvm_ComputerSystem"
ANNOUNCED = (
    SYSTEM,
    "Msvm_PlannedComputerSystem",
    SETTINGS,
    "CIM_ResourceAllocationSettingData",
    VLAN,
    "Msvm_VirtualEthernetSwitch",
    "Msvm_VirtualEthernetSwitchSettingData",
)
POLLED = {"Msvm_EthernetPortAllocationSettingData"}
"""Ports have settings from several providers, of which one announces nothing."""
Seen: TypeAlias = set[tuple[ChangeKind, ObjectPath | None]]


@define
class Watcher:
    """Compares what the host announces with what a look before and after shows."""

    emulated: Emulated
    heard: list[Change] = field(factory=list)

    def hear(self, happening: Change | Indication) -> None:
        if isinstance(happening, Change):
            self.heard.append(happening)

    def check(self, deed: Callable[[], object]) -> None:
        before = dict(self._look())
        self.heard.clear()
        deed()
        self.emulated.until(lambda: Instance("", {"busy": self._is_busy()}), lambda idle: not idle["busy"])
        shown = set(_shown(before, dict(self._look())))
        assert self._announced() == shown

    def _is_busy(self) -> bool:
        return any(not job.state.is_final for job in self.emulated.host.jobs.all())

    def _look(self) -> Iterator[tuple[ObjectPath | None, Instance]]:
        for class_name in ANNOUNCED:
            for instance in self.emulated.all(class_name):
                if instance.class_name not in POLLED:
                    yield instance.path, instance

    def _announced(self) -> Seen:
        differences, schema = Differences(), self.emulated.host.schema
        for change in self.heard:
            decl = schema.find(V2, change.target.class_name)
            assert decl is not None
            if decl.name not in POLLED and any(decl.is_a(each) for each in ANNOUNCED):
                differences.add(change)
        return {(change.kind, change.target.path) for change in differences.take()}


def _shown(
    before: dict[ObjectPath | None, Instance], after: dict[ObjectPath | None, Instance]
) -> Iterator[tuple[ChangeKind, ObjectPath | None]]:
    for path in before.keys() | after.keys():
        if path not in before:
            yield ChangeKind.CREATION, path
        elif path not in after:
            yield ChangeKind.DELETION, path
        elif before[path] != after[path]:
            yield ChangeKind.MODIFICATION, path


@pytest.fixture
def watcher(emulated: Emulated) -> Watcher:
    watcher = Watcher(emulated)
    emulated.host.events.watch(watcher.hear)
    return watcher


def _snapshot(emulated: Emulated, system: ObjectPath) -> Instance:
    result = emulated.call_of(
        "Msvm_VirtualSystemSnapshotService", "CreateSnapshot", AffectedSystem=system, SnapshotType=2
    )
    return emulated.finish(result)


def test_a_machine_is_announced_all_its_life(emulated: Emulated, watcher: Watcher) -> None:
    switch = _switch(emulated)
    watcher.check(lambda: emulated.define(resources=_adapter(emulated, switch)))
    (system,) = [each.path for each in emulated.all(SYSTEM) if each["Caption"] == "Virtual Machine"]
    assert system is not None
    settings = emulated.settings_of(system).path
    make_disk(emulated, r"C:\a.vhdx")
    added = {"AffectedConfiguration": settings, "ResourceSettings": disk(emulated, r"C:\a.vhdx")}
    renamed = emulated.text(
        SETTINGS, {"InstanceID": emulated.get(settings)["InstanceID"], "ElementName": "b"}
    )
    for deed in (
        lambda: emulated.call("AddResourceSettings", **added),
        lambda: _add_feature(emulated, system, VLAN, AccessVlanId=5, OperationMode=1),
        lambda: emulated.request(system, 2),
        lambda: emulated.request(system, 6),
        lambda: emulated.request(system, 2),
        lambda: emulated.request(system, 3),
        lambda: _snapshot(emulated, system),
        lambda: emulated.call("ModifySystemSettings", SystemSettings=renamed),
        lambda: emulated.call("DestroySystem", AffectedSystem=system),
    ):
        watcher.check(deed)


def test_nothing_is_said_of_a_machine_after_its_end(emulated: Emulated, watcher: Watcher) -> None:
    system = emulated.define()
    _snapshot(emulated, system)
    watcher.heard.clear()
    emulated.finish(emulated.call("DestroySystem", AffectedSystem=system))
    assert [change.kind for change in watcher.heard if change.target.path == system][
        -1
    ] is ChangeKind.DELETION


def test_a_switch_is_announced_all_its_life(emulated: Emulated, watcher: Watcher) -> None:
    watcher.check(lambda: _switch(emulated))
    (switch,) = emulated.all("Msvm_VirtualEthernetSwitch")
    service = "Msvm_VirtualEthernetSwitchManagementService"
    watcher.check(lambda: emulated.call_of(service, "DestroySystem", AffectedSystem=switch.path))
