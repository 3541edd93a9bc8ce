"""Event queries and subscriptions: what WMI would report, and when."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Thread

import pytest
from attrs import define

from openhyperv.emulator.cimom.events import Change, ChangeKind, EventBus, Indication
from openhyperv.emulator.cimom.subscription import Subscription
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

from .conftest import Emulated
from .inventory import DB, WEB, memory_path, system_path

OFF, ON, PAUSED = 3, 2, 9
STATE_CHANGES = (
    "SELECT * FROM __InstanceModificationEvent WITHIN 2 WHERE TargetInstance ISA 'Msvm_ComputerSystem' "
    "AND TargetInstance.EnabledState <> PreviousInstance.EnabledState"
)
ALL_SYSTEMS = "SELECT * FROM __InstanceOperationEvent WITHIN 2 WHERE TargetInstance ISA 'CIM_ComputerSystem'"


def system(guid: str, state: int, name: str = "web01") -> Instance:
    return Instance(
        "Msvm_ComputerSystem",
        {"Name": guid, "EnabledState": state, "ElementName": name},
        path=system_path(guid),
    )


def created(guid: str, state: int = OFF) -> Change:
    return Change(ChangeKind.CREATION, system(guid, state))


def changed(guid: str, before: int, now: int) -> Change:
    return Change(ChangeKind.MODIFICATION, system(guid, now), system(guid, before))


def deleted(guid: str, state: int = OFF) -> Change:
    return Change(ChangeKind.DELETION, system(guid, state), system(guid, state))


@define
class Clock:
    """Seconds that pass when the test says so."""

    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


@define
class Watched:
    bus: EventBus
    clock: Clock
    subscription: Subscription

    def publish(self, *changes: Change) -> None:
        for change in changes:
            self.bus.publish(change)

    def after(self, seconds: float) -> list[Instance]:
        self.clock.now_s += seconds
        return self.subscription.take(100, 0)

    def summary_after(self, seconds: float) -> list[tuple[str, object, object]]:
        return [
            (event.class_name, _state(event.get("PreviousInstance")), _state(event["TargetInstance"]))
            for event in self.after(seconds)
        ]


def _state(value: object) -> object:
    return value.get("EnabledState") if isinstance(value, Instance) else None


def watch(host: Emulated, text: str) -> Watched:
    bus, clock = EventBus(), Clock()
    query = host.manager.event_query("root/virtualization/v2", host.manager.parse(text))
    return Watched(bus, clock, Subscription(query, bus, clock))


CREATION, MODIFICATION, DELETION = (kind.value for kind in ChangeKind)


@pytest.mark.parametrize(
    ("changes", "events"),
    [
        ([created(WEB)], [(CREATION, None, OFF)]),
        ([changed(WEB, OFF, ON)], [(MODIFICATION, OFF, ON)]),
        ([deleted(WEB)], [(DELETION, None, OFF)]),
        ([created(WEB), changed(WEB, OFF, ON)], [(CREATION, None, ON)]),
        ([created(WEB), deleted(WEB)], []),
        ([changed(WEB, OFF, ON), changed(WEB, ON, PAUSED)], [(MODIFICATION, OFF, PAUSED)]),
        ([changed(WEB, OFF, ON), changed(WEB, ON, OFF)], []),
        ([changed(WEB, OFF, ON), deleted(WEB, ON)], [(DELETION, None, OFF)]),
        ([deleted(WEB, OFF), created(WEB, ON)], [(MODIFICATION, OFF, ON)]),
        (
            [created(DB), changed(WEB, OFF, ON), changed(DB, OFF, ON)],
            [(CREATION, None, ON), (MODIFICATION, OFF, ON)],
        ),
    ],
)
def test_between_two_looks_only_the_difference_counts(
    host: Emulated, changes: list[Change], events: list[tuple[str, object, object]]
) -> None:
    watched = watch(host, ALL_SYSTEMS)
    watched.publish(*changes)
    assert watched.summary_after(1.9) == []
    assert watched.summary_after(0.1) == events
    assert watched.summary_after(10) == []


def test_looks_that_nobody_waited_for_are_made_up(host: Emulated) -> None:
    watched = watch(host, ALL_SYSTEMS)
    watched.publish(changed(WEB, OFF, ON))
    watched.clock.now_s += 2
    watched.publish(changed(WEB, ON, OFF))
    assert watched.summary_after(100) == [(MODIFICATION, OFF, ON), (MODIFICATION, ON, OFF)]


def test_looks_come_at_whole_intervals_from_the_start(host: Emulated) -> None:
    watched = watch(host, ALL_SYSTEMS)
    watched.clock.now_s += 2.5
    watched.publish(created(WEB))
    assert watched.after(1.4) == []
    assert len(watched.after(0.2)) == 1


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("TargetInstance.EnabledState <> PreviousInstance.EnabledState", 1),
        (
            "PreviousInstance.EnabledState!=TargetInstance.EnabledState and TargetInstance.EnabledState='2'",
            1,
        ),
        ("(TargetInstance.EnabledState = '3' OR TargetInstance.EnabledState = '9')", 0),
        ("PreviousInstance.EnabledState = 3", 1),
        ("TargetInstance.ElementName LIKE 'WEB%'", 1),
        ("TargetInstance.NoSuch IS NULL", 1),
        ("TargetInstance.ElementName = 5", 0),
        ("TargetInstance.EnabledState = 'on'", 0),
        ("TargetInstance.__CLASS = 'Msvm_ComputerSystem'", 1),
        ("NOT PreviousInstance ISA 'CIM_ComputerSystem'", 0),
        ("TIME_CREATED > 0", 1),
    ],
)
def test_conditions_reach_into_both_instances(host: Emulated, condition: str, count: int) -> None:
    watched = watch(
        host,
        "SELECT * FROM __InstanceModificationEvent WITHIN 2 WHERE TargetInstance ISA 'Msvm_ComputerSystem' "
        f"AND {condition}",
    )
    watched.publish(changed(WEB, OFF, ON))
    assert len(watched.after(2)) == count


def test_other_classes_and_kinds_are_not_reported(host: Emulated) -> None:
    watched = watch(host, STATE_CHANGES)
    memory = Instance("Msvm_MemorySettingData", {"VirtualQuantity": 1}, path=memory_path(WEB))
    elsewhere = Instance("Msvm_ComputerSystem", namespace="root/cimv2", path=system_path(DB))
    watched.publish(created(WEB), Change(ChangeKind.MODIFICATION, memory, memory))
    watched.publish(Change(ChangeKind.MODIFICATION, elsewhere, elsewhere))
    assert watched.after(2) == []


def test_one_of_several_classes(host: Emulated) -> None:
    watched = watch(
        host,
        "SELECT * FROM __InstanceCreationEvent WITHIN 1 WHERE TargetInstance ISA 'Msvm_MemorySettingData' "
        "OR TargetInstance ISA 'Msvm_ComputerSystem'",
    )
    memory = Instance("Msvm_MemorySettingData", {}, path=memory_path(WEB))
    watched.publish(created(WEB), Change(ChangeKind.CREATION, memory))
    assert [event["TargetInstance"] for event in watched.after(1)] == [system(WEB, OFF), memory]


def test_an_event_says_when_it_was_made(host: Emulated) -> None:
    watched = watch(host, ALL_SYSTEMS)
    watched.publish(created(WEB))
    (event,) = watched.after(2)
    created_100ns = event["TIME_CREATED"]
    assert isinstance(created_100ns, int)
    assert abs(created_100ns / 10_000_000 - 11_644_473_600 - time.time()) < 60


def test_columns_cut_events_down(host: Emulated) -> None:
    watched = watch(
        host,
        "SELECT TargetInstance.ElementName FROM __InstanceCreationEvent WITHIN 2 "
        "WHERE TargetInstance ISA 'Msvm_ComputerSystem'",
    )
    watched.publish(created(WEB))
    assert [dict(event) for event in watched.after(2)] == [{"TargetInstance.ElementName": "web01"}]


def alert(text: str) -> Indication:
    return Indication(Instance("Msvm_StorageAlert", {"Message": text}))


def test_indications_come_at_once_and_by_class(host: Emulated) -> None:
    watched = watch(host, "SELECT * FROM CIM_AlertIndication WHERE Message LIKE '%full%'")
    watched.bus.publish(alert("disk full"))
    watched.bus.publish(alert("disk fine"))
    watched.publish(created(WEB))
    assert [event["Message"] for event in watched.subscription.take(10, 0)] == ["disk full"]


def test_take_gives_no_more_than_asked_for(host: Emulated) -> None:
    watched = watch(host, "SELECT * FROM Msvm_StorageAlert")
    for number in range(5):
        watched.bus.publish(alert(str(number)))
    assert [event["Message"] for event in watched.subscription.take(2, 0)] == ["0", "1"]
    assert len(watched.subscription.take(9, 0)) == 3


@pytest.fixture
def live(host: Emulated) -> Iterator[tuple[EventBus, Subscription]]:
    """A subscription on the real clock that looks every 50 ms."""
    bus = EventBus()
    text = ALL_SYSTEMS.replace("WITHIN 2", "WITHIN 0.05")
    query = host.manager.event_query("root/virtualization/v2", host.manager.parse(text))
    subscription = Subscription(query, bus)
    yield bus, subscription
    subscription.close()


def test_take_wakes_at_the_next_look(live: tuple[EventBus, Subscription]) -> None:
    bus, subscription = live
    got: list[Instance] = []
    taker = Thread(target=lambda: got.extend(subscription.take(10, 30)))
    taker.start()
    bus.publish(created(WEB))
    taker.join(10)
    assert [event.class_name for event in got] == [CREATION]


def test_take_ends_when_time_is_up(live: tuple[EventBus, Subscription]) -> None:
    _, subscription = live
    assert subscription.take(10, 0.1) == []
    assert not subscription.is_closed


def test_closing_lets_those_who_wait_go(live: tuple[EventBus, Subscription]) -> None:
    bus, subscription = live
    taker = Thread(target=lambda: subscription.take(10, 60))
    taker.start()
    subscription.close()
    taker.join(10)
    assert not taker.is_alive()
    assert subscription.is_closed
    assert not bus.is_watched


def test_only_what_somebody_awaits_need_be_told(live: tuple[EventBus, Subscription]) -> None:
    bus, subscription = live
    assert bus.is_awaited(["Msvm_ConcreteJob", "Msvm_ComputerSystem"])
    assert not bus.is_awaited(["Msvm_ConcreteJob"])
    subscription.close()
    assert not bus.is_awaited(["Msvm_ComputerSystem"])


def test_an_object_without_a_path_is_none_that_can_be_followed(host: Emulated) -> None:
    watched = watch(host, ALL_SYSTEMS)
    watched.publish(Change(ChangeKind.CREATION, Instance("Msvm_ComputerSystem", {"Name": "x"})))
    assert watched.after(2) == []


def test_paths_in_any_case_are_one_object(host: Emulated) -> None:
    watched = watch(host, ALL_SYSTEMS)
    lower = ObjectPath(
        "msvm_computersystem", {"name": WEB.lower(), "creationclassname": "msvm_computersystem"}
    )
    watched.publish(created(WEB))
    watched.publish(
        Change(ChangeKind.DELETION, Instance("Msvm_ComputerSystem", {"Name": WEB.lower()}, path=lower))
    )
    assert watched.after(2) == []


def test_columns_of_the_object_may_stand_beside_it_as_os_win_asks(host: Emulated) -> None:
    watched = watch(
        host,
        "SELECT EnabledState, TargetInstance FROM __InstanceModificationEvent WITHIN 2 WHERE TargetInstance "
        "ISA 'Msvm_ComputerSystem' AND TargetInstance.EnabledState != PreviousInstance.EnabledState AND "
        "(TargetInstance.EnabledState = '2' OR TargetInstance.EnabledState = '3')",
    )
    watched.publish(changed(WEB, OFF, ON))
    (event,) = watched.after(2)
    assert list(event) == ["TargetInstance"]
