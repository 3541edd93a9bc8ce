"""A change to a new specification that is killed at any of its requests: the same again ends as asked."""

from __future__ import annotations

import sys
from uuid import uuid4

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from tests.capabilities import shows
from tests.faults.deadly_host import emulated, host, stock, witness
from tests.faults.killed import DeadlyWitness, run, run_to_death
from tests.faults.leftovers import files_of, machines_named, orphans
from tests.faults.resizing import NAME, large, small

__all__ = ["emulated", "host", "stock", "witness"]
MOST_REQUESTS = 40


@shows("X6")
@shows("J7")
@pytest.mark.parametrize("is_executed", [False, True], ids=["before the host acts", "after the host acted"])
def test_the_same_change_again_ends_as_asked(
    emulated: EmulatedHost, host: Host, witness: DeadlyWitness, is_executed: bool
) -> None:
    at = 0
    has_struck = True
    while has_struck:
        at += 1
        identity = uuid4()
        machine = host.create(small(identity))
        program = (sys.executable, "-m", "tests.faults.resizing", str(identity))
        has_struck = run_to_death(witness, emulated.environment(), program, at=at, is_executed=is_executed)
        again = run(emulated.environment(), program)
        where = f"after a death at request {at}"
        assert again.returncode == 0, f"{where}: {again.stderr}"
        assert machine.reconfigure(large(identity)) == [], where
        files = {file.rpartition("/")[2] for file in files_of(emulated, large(identity))}
        assert {file for file in files if file.endswith("vhdx")} == {"root.vhdx", "eph1.vhdx"}, where
        assert (machines_named(emulated, NAME), orphans(emulated)) == ([machine.guid], []), where
        machine.delete()
        assert at < MOST_REQUESTS
    assert at > len(("find", "whole", "devices", "size", "grow", "change", "make", "attach", "detach"))
