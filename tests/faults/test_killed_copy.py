"""A copy of a running machine's disk that is killed at any request: no checkpoint and no file outlives it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import ConflictError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from tests.capabilities import shows
from tests.faults.deadly_host import emulated, host, stock, witness
from tests.faults.killed import DeadlyWitness, run, run_to_death
from tests.faults.leftovers import orphans, wait_until
from tests.hyperv.stock import Stock

__all__ = ["emulated", "host", "stock", "witness"]
Result = TypeVar("Result")
MOST_REQUESTS = 40
COUNTED = len(
    ("find", "devices", "state", "earlier", "take", "take", "taken", "convert", "delete", "merging")
)


def soon(act: Callable[[], Result]) -> Result:
    """Do something as soon as the host is not busy with what the dead had begun."""
    done: list[Result] = []

    def tried() -> bool:
        with suppress(ConflictError):
            done.append(act())
        return bool(done)

    assert wait_until(tried)
    return done[0]


@shows("X6")
@shows("H14")
@pytest.mark.parametrize(
    ("is_executed", "is_tidied"),
    [(False, True), (True, True), (True, False)],
    ids=["before the host acts", "after the host acted", "copied again"],
)
def test_nothing_outlives_it(
    emulated: EmulatedHost,
    host: Host,
    witness: DeadlyWitness,
    stock: Stock,
    is_executed: bool,
    is_tidied: bool,
) -> None:
    program = (sys.executable, "-m", "tests.faults.copying", "copied")
    at = 0
    has_struck = True
    while has_struck:
        at += 1
        machine = host.create(stock.spec("copied"))
        machine.start()
        has_struck = run_to_death(witness, emulated.environment(), program, at=at, is_executed=is_executed)
        where = f"after a death at request {at}"
        user = soon(partial(machine.checkpoints.take, "a user's"))
        if is_tidied:
            soon(machine.tidy_copies)
        else:
            again = run(emulated.environment(), program)
            assert again.returncode == 0, f"{where}: {again.stderr}"
        assert [each.guid for each in machine.checkpoints.list()] == [user.guid], where
        assert not host.share.list(host.layout.copies), where
        assert machine.state() is MachineState.RUNNING
        machine.delete()
        assert orphans(emulated) == [], where
        assert at < MOST_REQUESTS
    assert at > COUNTED
