"""A machine that is made again on another host by a client that dies at any of its requests there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.files.image_cache import cache_image
from openhyperv.hyperv.host import Host
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.faults.deadly_host import emulated, host, witness
from tests.faults.killed import DeadlyWitness, run, run_to_death
from tests.faults.leftovers import machines_named, orphans
from tests.faults.moving import NAME, PREFIX, move, spec
from tests.files.pictures import make_image
from tests.hyperv.specs import GIB

__all__ = ["emulated", "host", "witness"]
MOST_REQUESTS = 40


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path_factory.mktemp("source"), name="HV0", has_files=True) as running:
        yield running


@shows("X6")
@shows("J3")
@pytest.mark.parametrize("is_executed", [False, True], ids=["before the host acts", "after the host acted"])
def test_the_same_move_again_ends_with_one_machine(
    emulated: EmulatedHost,
    host: Host,
    witness: DeadlyWitness,
    source: EmulatedHost,
    tmp_path_factory: pytest.TempPathFactory,
    is_executed: bool,
) -> None:
    identity, at, has_struck = uuid4(), 0, True
    elsewhere = {f"{PREFIX}{name}": value for name, value in source.environment().items()}
    environment = {**emulated.environment(), **elsewhere}
    program = (sys.executable, "-m", "tests.faults.moving", str(identity))
    with Host.connect(target_of(source)) as there:
        picture = make_image(tmp_path_factory.mktemp("picture"), "dynamic.vhdx")
        original = there.create(
            spec(identity, cache_image(there.share, picture, there.layout.images).path, 1)
        )
        while has_struck:
            at += 1
            has_struck = run_to_death(witness, environment, program, at=at, is_executed=is_executed)
            where = f"after a death at request {at}"
            again = run(environment, program)
            assert again.returncode == 0, f"{where}: {again.stderr}"
            machine = host.machine(move(there, host, identity))
            assert (machines_named(emulated, NAME), orphans(emulated)) == ([machine.guid], []), where
            (root,) = machine.disk_files()
            assert host.disks.inspect(root).size_bytes == 2 * GIB, where
            machine.delete()
            assert at < MOST_REQUESTS
        assert at > len(("look", "parent", "size", "grow", "define", "add", "hang", "fit", "finish"))
        original.delete()
