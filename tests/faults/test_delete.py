"""A delete that is disturbed: either all is gone, or the machine is still there to be deleted again."""

from __future__ import annotations

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import (
    Action,
    MethodReturns,
    ResetAfter,
    ResetBefore,
    TruncatedBody,
    WsmanFault,
)
from openhyperv.emulator.rules.matching import Rule
from openhyperv.errors import HyperVError
from openhyperv.hyperv.host import Host
from tests.capabilities import shows
from tests.faults.leftovers import assert_nothing_left
from tests.hyperv.specs import with_disk
from tests.witness import Witness, changes

DESTROY = "Msvm_VirtualSystemManagementService.DestroySystem"


@pytest.mark.parametrize("action", [ResetAfter(), TruncatedBody()])
def test_a_lost_answer_is_looked_after(
    emulated: EmulatedHost, host: Host, witness: Witness, action: Action
) -> None:
    """The machine is gone, so its files go too; destroying is not asked for twice."""
    spec = with_disk("lost")
    machine = host.create(spec)
    with witness.misfortune(Rule(action=action, method="DestroySystem", count=1)) as seen:
        machine.delete()
    assert changes(seen).count(DESTROY) == 1
    assert_nothing_left(emulated, spec)


@shows("H10")
@pytest.mark.parametrize("method", ["RequestStateChange", "DestroySystem"])
@pytest.mark.parametrize("action", [ResetBefore(), MethodReturns(return_value=32768), WsmanFault(code=5)])
def test_a_machine_that_could_not_be_deleted_keeps_its_files(
    emulated: EmulatedHost, host: Host, witness: Witness, method: str, action: Action
) -> None:
    spec = with_disk("kept")
    machine = host.create(spec)
    (disk,) = machine.disk_files()
    rule = Rule(action=action, method=method, count=1)
    with witness.misfortune(rule) as seen, pytest.raises(HyperVError) as caught:
        machine.delete()
    error = caught.value
    assert (error.host, error.target) == (host.session.host, machine.guid)
    assert (error.operation or "").endswith(method)
    assert changes(seen).count(error.operation or "") == 1
    assert machine.disk_files() == [disk]
    assert host.disks.inspect(disk).path.lower() == disk.lower()
    machine.delete()
    assert_nothing_left(emulated, spec)
