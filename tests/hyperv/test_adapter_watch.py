"""Adapters that come and go on a host: each told once, by event or by list, and checkpoints' copies never."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread
from time import sleep

import pytest

from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.ports.finding import ADAPTER
from openhyperv.hyperv.ports.inventory import AdapterHappening, AdapterInventory
from openhyperv.hyperv.ports.watching import AdapterWatch
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.wire.instance import Instance
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.specs import machine_spec

PATIENCE_S = 20.0
APPEARED, REPLACED, GONE = AdapterHappening


class Told:
    """What a watch tells, in order, from a thread of its own."""

    def __init__(self, watch: AdapterWatch, relist_s: float) -> None:
        self._batches: Queue[tuple[str, str]] = Queue()
        self.watch = watch
        Thread(target=self._listen, args=(relist_s,), daemon=True).start()

    def _listen(self, relist_s: float) -> None:
        for changes in self.watch.changes(relist_s):
            for change in changes:
                self._batches.put((change.happening.value, change.name))

    def next(self) -> tuple[str, str]:
        return self._batches.get(timeout=PATIENCE_S)


@pytest.fixture
def told(host: Host) -> Iterator[Told]:
    with AdapterWatch(host.session) as watch:
        yield Told(watch, relist_s=300)


def test_adapters_that_were_there_come_first(host: Host) -> None:
    machine = host.create(machine_spec("old", network_adapters=(NetworkAdapter("was-there"),)))
    with AdapterWatch(host.session) as watch:
        assert Told(watch, relist_s=300).next() == ("appeared", "was-there")
    machine.delete()


@shows("N3")
def test_an_adapter_comes_is_replaced_and_goes(host: Host, told: Told) -> None:
    machine = host.create(machine_spec("new", network_adapters=(NetworkAdapter("eth0"),)))
    assert told.next() == ("appeared", "eth0")
    machine.adapters.remove("eth0")
    assert told.next() == ("gone", "eth0")
    machine.adapters.add(NetworkAdapter("eth0"))
    assert told.next() == ("appeared", "eth0")
    machine.delete()
    assert told.next() == ("gone", "eth0")


def test_what_is_replaced_between_two_looks_is_told_as_replaced(host: Host) -> None:
    machine = host.create(machine_spec("swift", network_adapters=(NetworkAdapter("eth0"),)))
    inventory = AdapterInventory(host.session)
    (before,) = inventory.read()
    machine.adapters.remove("eth0")
    machine.adapters.add(NetworkAdapter("eth0"))
    (after,) = inventory.read()
    assert (after.happening, after.name) == (REPLACED, "eth0")
    assert after.key != before.key
    assert inventory.read() == []
    machine.delete()
    assert [change.happening for change in inventory.read()] == [GONE]


def test_copies_in_checkpoints_are_nothing(host: Host, told: Told) -> None:
    machine = host.create(machine_spec("kept", network_adapters=(NetworkAdapter("eth0"),)))
    assert told.next() == ("appeared", "eth0")
    machine.checkpoints.take()
    machine.adapters.add(NetworkAdapter("eth1"))
    assert told.next() == ("appeared", "eth1")
    machine.adapters.remove("eth0")
    assert told.next() == ("gone", "eth0")
    machine.delete()
    assert told.next() == ("gone", "eth1")


def test_what_no_event_told_comes_with_the_next_list(host: Host) -> None:
    with AdapterWatch(host.session) as watch:
        told = Told(watch, relist_s=1.0)
        machine = host.create(machine_spec("listed", network_adapters=(NetworkAdapter("eth0"),)))
        assert told.next() == ("appeared", "eth0")
        machine.delete()
        assert told.next() == ("gone", "eth0")


def test_a_watch_outlives_what_the_host_grants(tmp_path: Path) -> None:
    """A host keeps a subscription for some minutes, here for two seconds, and prolongs none."""
    limits = ServiceLimits(subscription_expires_s=2.0)
    with (
        emulated_host(tmp_path, limits=limits, has_files=True) as emulated,
        Host.connect(target_of(emulated)) as host,
        AdapterWatch(host.session) as watch,
    ):
        told = Told(watch, relist_s=300)
        for turn in range(3):
            host.create(machine_spec(f"machine-{turn}", network_adapters=(NetworkAdapter(f"eth{turn}"),)))
            assert told.next() == ("appeared", f"eth{turn}")
            sleep(1.5)


def test_an_adapter_that_went_unseen_is_missed_once_another_one_has_its_name(host: Host) -> None:
    """WMI looks twice a second: what it never saw, but a list had, goes without an event."""
    machine = host.create(machine_spec("swift", network_adapters=(NetworkAdapter("eth0"),)))
    inventory = AdapterInventory(host.session)
    inventory.read()
    machine.adapters.remove("eth0")
    machine.adapters.add(NetworkAdapter("eth0"))
    (adapter,) = machine.adapters.list()
    created = Instance(ADAPTER, {"InstanceID": adapter.key, "ElementName": "eth0"})
    (change,) = inventory.hear(Instance("__InstanceCreationEvent", {"TargetInstance": created}))
    assert (change.happening, change.key) == (REPLACED, adapter.key)
    machine.delete()
