"""Changes that no provider announces: they are seen by looking every so many seconds, as WMI does."""

from __future__ import annotations

from collections.abc import Iterator
from threading import RLock

import pytest

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.events import Change, ChangeKind, EventBus
from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.cimom.provider import instances_of
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.emulator.cimom.subscription import Subscription
from openhyperv.wire.instance import Instance

from .conftest import V2
from .inventory import HOST, Systems

SCHEMA = Schema.load(Release.WS2025)
KIND = "Msvm_EthernetSwitchPort"
CREATION, MODIFICATION, DELETION = (kind.value for kind in ChangeKind)
QUIET_S = 0.15


class Ports:
    """Ports by name with their speeds, of which nobody says when they change."""

    def __init__(self) -> None:
        self.speeds: dict[str, int] = {"a": 10}
        self.looks = 0

    @instances_of(KIND)
    def ports(self) -> Iterator[Instance]:
        self.looks += 1
        for name, speed in self.speeds.items():
            keys = {
                "CreationClassName": KIND,
                "DeviceID": name,
                "SystemCreationClassName": "",
                "SystemName": "",
            }
            yield Instance(KIND, {**keys, "Speed": speed})


class Watched:
    """A host with such ports, watched every 20 ms."""

    def __init__(self, target: str = KIND) -> None:
        self.ports, self.bus = Ports(), EventBus()
        registry = Registry(SCHEMA, [self.ports, Systems()])
        self.manager = ObjectManager(SCHEMA, registry, RLock(), HOST, self.bus)
        text = f"SELECT * FROM __InstanceOperationEvent WITHIN 0.02 WHERE TargetInstance ISA '{target}'"
        self.subscription: Subscription = self.manager.subscribe(V2, self.manager.parse(text))

    def events(self) -> list[tuple[str, tuple[object, object]]]:
        taken: list[Instance] = []
        while events := self.subscription.take(10, QUIET_S):
            taken += events
        return [(event.class_name, port(event["TargetInstance"])) for event in taken]


def port(instance: object) -> tuple[object, object]:
    assert isinstance(instance, Instance)
    return instance["DeviceID"], instance["Speed"]


def test_what_was_there_at_first_is_no_event() -> None:
    assert Watched().events() == []


@pytest.mark.parametrize("target", [KIND, "CIM_LogicalPort", "CIM_ManagedElement"])
def test_what_comes_changes_and_goes_is_seen(target: str) -> None:
    watched = Watched(target)
    watched.ports.speeds["b"] = 20
    assert watched.events() == [(CREATION, ("b", 20))]
    watched.ports.speeds["a"] = 100
    assert watched.events() == [(MODIFICATION, ("a", 100))]
    del watched.ports.speeds["b"]
    assert watched.events() == [(DELETION, ("b", 20))]


def test_what_a_provider_says_of_such_a_class_is_not_reported_twice() -> None:
    watched = Watched()
    watched.ports.speeds["b"] = 20
    (_, made) = watched.ports.ports()
    watched.bus.publish(Change(ChangeKind.CREATION, made))
    assert watched.events() == [(CREATION, ("b", 20))]


def test_nobody_looks_for_those_who_watch_something_else() -> None:
    watched = Watched("Msvm_VirtualEthernetSwitch")
    watched.ports.speeds["b"] = 20
    assert watched.events() == []
    assert watched.ports.looks == 0
