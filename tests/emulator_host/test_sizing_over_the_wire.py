"""What processors and memory machines can have, and what of them may change while they run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from openhyperv.errors import ConflictError, HyperVError
from openhyperv.wire.types import Value
from tests.emulator_host.sizing import MEMORY, PROCESSOR, Client, client

DYNAMIC: dict[str, Value] = {
    "DynamicMemoryEnabled": True,
    "Reservation": 512,
    "VirtualQuantity": 1024,
    "Limit": 2048,
}
NAMES = count()


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with client(tmp_path_factory.mktemp("host")) as connected:
        yield connected


@pytest.fixture
def guid(host: Client) -> str:
    """A machine with 1024 MB, off."""
    return host.define(f"vm {next(NAMES)}")


@pytest.fixture
def running(host: Client, guid: str) -> str:
    host.start(guid)
    return guid


def test_defaults_are_those_of_the_hosts_nodes(host: Client, guid: str) -> None:
    processor, memory = host.shown(guid, PROCESSOR), host.shown(guid, MEMORY)
    assert (processor["MaxProcessorsPerNumaNode"], processor["MaxNumaNodesPerSocket"]) == (8, 1)
    assert memory["MaxMemoryBlocksPerNumaNode"] == 16_384
    assert (memory["VirtualQuantity"], memory["DynamicMemoryEnabled"]) == (1024, False)
    assert (memory["Weight"], memory["TargetMemoryBuffer"]) == (5000, 20)
    assert processor["ExposeVirtualizationExtensions"] is False


REFUSED = [
    (MEMORY, {"VirtualQuantity": 513}, "513 MB is not a multiple of 2 MB"),
    (MEMORY, {"VirtualQuantity": 30}, "32 to"),
    (MEMORY, {"Weight": 10_001}, "Weight must be 0 to 10000"),
    (MEMORY, {"MaxMemoryBlocksPerNumaNode": 0}, "A NUMA node has 1 MB at least"),
    (MEMORY, {**DYNAMIC, "Reservation": 1026}, "out of order"),
    (MEMORY, {**DYNAMIC, "Limit": 1022}, "out of order"),
    (MEMORY, {**DYNAMIC, "Reservation": 511}, "511 MB is not a multiple of 2 MB"),
    (MEMORY, {**DYNAMIC, "Limit": 2049}, "2049 MB is not a multiple of 2 MB"),
    (MEMORY, {**DYNAMIC, "TargetMemoryBuffer": 4}, "5 to 2000 percent"),
    (MEMORY, {**DYNAMIC, "TargetMemoryBuffer": 2001}, "5 to 2000 percent"),
    (PROCESSOR, {"VirtualQuantity": 0}, "1 to 64 processors"),
    (PROCESSOR, {"VirtualQuantity": 65}, "1 to 64 processors"),
    (PROCESSOR, {"Weight": 0}, "Weight must be 1 to 10000"),
    (PROCESSOR, {"Limit": 100_001}, "Limit above 100 percent"),
    (PROCESSOR, {"Reservation": 2, "Limit": 1}, "Reservation is above Limit"),
    (PROCESSOR, {"MaxProcessorsPerNumaNode": 0}, "MaxProcessorsPerNumaNode must be 1 at least"),
    (PROCESSOR, {"MaxNumaNodesPerSocket": 0}, "MaxNumaNodesPerSocket must be 1 at least"),
]


@pytest.mark.parametrize(("kind", "values", "text"), REFUSED)
def test_sizes_that_no_machine_can_have(
    host: Client, guid: str, kind: str, values: dict[str, Value], text: str
) -> None:
    with pytest.raises(HyperVError, match=text) as caught:
        host.change(guid, (kind, values))
    assert caught.value.code == 32773


def test_the_most_memory_follows_generation(host: Client, guid: str) -> None:
    with pytest.raises(HyperVError, match="32 to 1048576 MB"):
        host.change(guid, (MEMORY, {"VirtualQuantity": (1 << 20) + 2}))
    second = host.define("second", VirtualSystemSubType="Microsoft:Hyper-V:SubType:2")
    host.change(second, (MEMORY, {"VirtualQuantity": 240 << 20}))


def test_dynamic_memory_and_nested_virtualization_exclude_each_other(host: Client, guid: str) -> None:
    host.change(guid, (MEMORY, DYNAMIC))
    with pytest.raises(HyperVError, match="exclude each other") as caught:
        host.change(guid, (PROCESSOR, {"ExposeVirtualizationExtensions": True}))
    assert caught.value.code == 32773
    host.change(guid, (MEMORY, {"DynamicMemoryEnabled": False}))
    host.change(guid, (PROCESSOR, {"ExposeVirtualizationExtensions": True}))
    with pytest.raises(HyperVError, match="exclude each other"):
        host.change(guid, (MEMORY, DYNAMIC))


def test_nested_virtualization_needs_a_version(tmp_path: Path) -> None:
    with client(tmp_path, "2016") as host:
        old = host.define("old", Version="7.1")
        with pytest.raises(HyperVError, match="needs configuration version") as caught:
            host.change(old, (PROCESSOR, {"ExposeVirtualizationExtensions": True}))
        assert caught.value.code == 32773


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (PROCESSOR, {"VirtualQuantity": 2}),
        (PROCESSOR, {"ExposeVirtualizationExtensions": True}),
        (PROCESSOR, {"MaxProcessorsPerNumaNode": 1}),
        (PROCESSOR, {"MaxNumaNodesPerSocket": 2}),
        (MEMORY, {"MaxMemoryBlocksPerNumaNode": 512}),
        (MEMORY, {"DynamicMemoryEnabled": True}),
    ],
)
def test_what_stays_while_a_machine_runs(
    host: Client, running: str, kind: str, values: dict[str, Value]
) -> None:
    with pytest.raises(ConflictError, match="cannot change while the VM runs") as caught:
        host.change(running, (kind, values))
    assert caught.value.code == 32775
    with pytest.raises(ConflictError):
        host.change_system(running, VirtualNumaEnabled=False)


def test_processors_get_another_share_while_a_machine_runs(host: Client, running: str) -> None:
    host.change(running, (PROCESSOR, {"Weight": 200, "Limit": 50_000, "Reservation": 10_000}))
    assert host.shown(running, PROCESSOR)["Limit"] == 50_000


def test_static_memory_grows_and_shrinks_while_a_machine_runs(host: Client, guid: str) -> None:
    free_mb = sum(host.free_mb())
    host.start(guid)
    for size_mb in (4096, 514):
        host.change(guid, (MEMORY, dict.fromkeys(("VirtualQuantity", "Reservation", "Limit"), size_mb)))
        assert host.shown(guid, MEMORY)["VirtualQuantity"] == size_mb
        assert free_mb - sum(host.free_mb()) == size_mb


def test_a_running_machine_gets_no_memory_that_the_host_has_not(host: Client, running: str) -> None:
    with pytest.raises(HyperVError, match="Not enough memory") as caught:
        host.change(running, (MEMORY, {"VirtualQuantity": 40_000}))
    assert caught.value.code == 32778
    assert host.shown(running, MEMORY)["VirtualQuantity"] == 1024


def test_memory_that_would_need_another_node_waits_until_the_machine_is_off(host: Client, guid: str) -> None:
    host.change(guid, (PROCESSOR, {"VirtualQuantity": 2}), (MEMORY, {"MaxMemoryBlocksPerNumaNode": 1024}))
    host.start(guid)
    with pytest.raises(ConflictError, match="virtual NUMA nodes") as caught:
        host.change(guid, (MEMORY, {"VirtualQuantity": 1536}))
    assert caught.value.code == 32775


def test_bounds_of_dynamic_memory_widen_while_a_machine_runs(host: Client, guid: str) -> None:
    host.change(guid, (MEMORY, DYNAMIC))
    host.start(guid)
    host.change(guid, (MEMORY, {"Reservation": 256, "Limit": 4096, "Weight": 1, "TargetMemoryBuffer": 50}))
    for narrower in ({"Reservation": 300}, {"Limit": 2048}, {"VirtualQuantity": 512}):
        with pytest.raises(ConflictError, match=f"{next(iter(narrower))} cannot change while"):
            host.change(guid, (MEMORY, narrower))


@pytest.mark.parametrize(("release", "version"), [("2012R2", "5.0"), ("2016", "5.0")])
def test_memory_of_older_machines_stays_while_they_run(tmp_path: Path, release: str, version: str) -> None:
    with client(tmp_path, release) as host:
        guid = host.define("old", Version=version)
        host.start(guid)
        with pytest.raises(ConflictError, match="VirtualQuantity cannot change") as caught:
            host.change(guid, (MEMORY, {"VirtualQuantity": 2048}))
        assert caught.value.code == 32775


def test_a_machine_may_span_nodes_where_the_host_lets_it(tmp_path: Path) -> None:
    """Spanning is on at first: a node of 20 GB lies on two of 16 GB."""
    with client(tmp_path) as host:
        large, small = host.define("large"), host.define("small")
        host.change(large, (MEMORY, {"VirtualQuantity": 20_480, "MaxMemoryBlocksPerNumaNode": 20_480}))
        for guid in (large, small):
            host.start(guid)
        assert (host.spans_nodes(large), host.spans_nodes(small)) == (True, False)
        assert sorted(host.free_mb()) == [0, 12_288 - 1024]
