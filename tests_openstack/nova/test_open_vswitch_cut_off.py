"""The way to a host's Open vSwitch breaks at any request: each change ends, and its repetition converges."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import frozen
from nova.network.model import VIF, Network
from nova.objects.instance import Instance

from openhyperv.errors import DeadlineError, HyperVError, NotFoundError, UnreachableError
from openhyperv.nova.open_vswitch.ports import OvsPorts
from openhyperv.nova.open_vswitch.settings import OvsSettings
from tests_openstack.nova.cutting_proxy import Cut, CuttingProxy, Damage, Moment
from tests_openstack.nova.ovs_database import BRIDGE, OvsDatabase
from tests_openstack.nova.waiting import wait_until

TIMEOUTS_S = {Damage.LOST: 10.0, Damage.GONE: 0.5, Damage.SILENT: 0.5}
"""python-ovs connects again after a second."""
REQUESTS = ["get_schema", "monitor_cond", "monitor_cond_since", "set_db_change_aware", "transact"]
"""All that a change asks of a database."""

VIFS = [
    VIF(id=str(uuid4()), address=f"00:15:5d:00:00:0{n}", type="ovs", network=Network(bridge=BRIDGE))
    for n in (1, 2)
]
INSTANCE = Instance(uuid=str(uuid4()))


@frozen
class Action:
    """Something that is done to the ports of an instance."""

    do: Callable[[OvsPorts], None]
    begins_with: int
    """How many ports the bridge has before it."""
    ends_with: int


ACTIONS = {
    "plug": Action(lambda ports: ports.plug(INSTANCE, VIFS), 0, 2),
    "unplug": Action(lambda ports: ports.unplug(VIFS[0]), 2, 1),
    "unplug all": Action(lambda ports: ports.unplug_all(INSTANCE), 2, 0),
}
CASES = [
    (name, Cut(method, moment, damage))
    for method in REQUESTS
    for moment in Moment
    for damage in Damage
    for name in ACTIONS
    if name == "plug" or method == "transact"  # until then all do the same
]


@frozen
class Way:
    """To a database that runs, by way of somebody who may cut it."""

    database: OvsDatabase
    proxy: CuttingProxy
    connection: str

    @property
    def ports(self) -> OvsPorts:
        """Those of a host whose database is at the other end."""
        return ports_at(self.connection)


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Way]:
    database = OvsDatabase(tmp_path)
    port = int(database.start().rpartition(":")[2])
    proxy = CuttingProxy(("127.0.0.1", port))
    try:
        yield Way(database, proxy, proxy.start())
    finally:
        proxy.stop()
        database.stop()


def ports_at(connection: str, timeout_s: float = 10.0) -> OvsPorts:
    return OvsPorts(OvsSettings("External", connection, timeout_s))


def outcome_of(ports: OvsPorts, action: Action) -> HyperVError | None:
    try:
        action.do(ports)
    except HyperVError as error:
        return error
    return None


def case(value: Cut | str) -> str:
    return (
        value if isinstance(value, str) else f"{value.method}-{value.moment.name}-{value.damage.name}".lower()
    )


@pytest.mark.parametrize(("name", "cut"), CASES, ids=case)
def test_it_fails_clearly_or_is_done_and_can_be_repeated(way: Way, name: str, cut: Cut) -> None:
    action = ACTIONS[name]
    if action.begins_with:
        way.ports.plug(INSTANCE, VIFS)
    threads = threading.active_count()
    way.proxy.break_at(cut)
    error = outcome_of(ports_at(way.connection, TIMEOUTS_S[cut.damage]), action)
    assert way.proxy.struck.is_set()
    found = len(way.database.ports())
    if error is None:
        assert found == action.ends_with
    else:
        assert isinstance(error, DeadlineError)
        assert "did not answer in 0.5 s" in error.message
        assert error.retryable
        assert error.outcome_unknown or cut.method != "transact"
        assert found in (action.begins_with, action.ends_with), "all or nothing"
        if not error.outcome_unknown:
            assert found == action.begins_with
    assert (error is None) is (cut.damage is Damage.LOST), "one that only loses a connection connects again"
    way.proxy.mend()
    action.do(way.ports)
    assert len(way.database.ports()) == action.ends_with
    wait_until(lambda: threading.active_count() <= threads)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS.keys())
def test_a_database_that_is_gone_is_not_reached(way: Way, action: Action) -> None:
    if action.begins_with:
        way.ports.plug(INSTANCE, VIFS)
    way.proxy.stop()
    error = outcome_of(way.ports, action)
    assert isinstance(error, UnreachableError)
    assert not error.outcome_unknown
    assert len(way.database.ports()) == action.begins_with


def test_these_are_all_the_requests(way: Way) -> None:
    way.ports.plug(INSTANCE, VIFS)
    assert sorted(set(way.proxy.methods)) == sorted(REQUESTS)
    assert way.proxy.methods.count("transact") == 1


def test_what_is_there_already_is_not_written_again(way: Way) -> None:
    way.ports.plug(INSTANCE, VIFS)
    way.proxy.methods.clear()
    way.ports.plug(INSTANCE, VIFS)
    assert "transact" not in way.proxy.methods


def test_a_bridge_that_is_not_there_is_named_and_a_port_stays_on_the_one_where_it_is(way: Way) -> None:
    way.ports.plug(INSTANCE, VIFS)
    lost = VIF(id=VIFS[0]["id"], address=VIFS[0]["address"], type="ovs", network=Network(bridge="br-none"))
    with pytest.raises(NotFoundError, match="br-none"):
        way.ports.plug(INSTANCE, [VIFS[1], lost])
    assert len(way.database.ports()) == len(VIFS)


def test_a_port_is_moved_to_another_bridge_at_once(way: Way) -> None:
    way.ports.plug(INSTANCE, VIFS)
    way.database.vsctl("--no-wait", "add-br", "br-new")
    way.proxy.methods.clear()
    moved = VIF(id=VIFS[0]["id"], address=VIFS[0]["address"], type="ovs", network=Network(bridge="br-new"))
    way.ports.plug(INSTANCE, [moved, VIFS[1]])
    assert way.database.ports() == [VIFS[1]["id"]]
    assert way.database.vsctl("list-ports", "br-new").split() == [VIFS[0]["id"]]
    assert way.proxy.methods.count("transact") == 1
