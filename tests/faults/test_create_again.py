"""What a create finds of earlier runs, of other clients and of other machines, and what it leaves alone."""

from __future__ import annotations

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import MethodReturns
from openhyperv.emulator.rules.matching import Rule
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.changing import MachineChanges
from openhyperv.hyperv.creation.notes import identity_of, unfinished_notes
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import SYSTEM_SERVICE, SYSTEM_SETTINGS, system_settings
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from tests.faults.leftovers import files_of, machines_named, orphans
from tests.hyperv.specs import machine_spec, with_disk
from tests.witness import Witness, changes


def mark_unfinished(host: Host, machine: VirtualMachine, spec: MachineSpec) -> None:
    """Leave a machine as a client leaves it that is killed before the last request."""
    values = {"InstanceID": f"Microsoft:{machine.guid}", "Notes": unfinished_notes(spec)}
    text = instance_to_text(Instance(SYSTEM_SETTINGS, values), host.session.schema)
    host.session.run(SYSTEM_SERVICE, "ModifySystemSettings", {"SystemSettings": text})


def test_files_of_a_run_that_had_defined_nothing_go(emulated: EmulatedHost, host: Host) -> None:
    spec = with_disk("half")
    folder = emulated.host.files.local(str(host.layout.machine(spec.identity)))
    folder.mkdir(parents=True)
    for name in ("root.vhdx", "config.iso.part"):
        (folder / name).write_bytes(b"half of it")
    machine = host.create(spec)
    assert not (folder / "config.iso.part").exists()
    assert host.disks.inspect(str(host.layout.machine(spec.identity) / "root.vhdx")).size_bytes
    machine.delete()
    assert files_of(emulated, spec) == orphans(emulated) == []


def test_an_unfinished_machine_that_runs_is_left_alone(host: Host) -> None:
    spec = with_disk("running")
    machine = host.create(spec)
    mark_unfinished(host, machine, spec)
    machine.start()
    with pytest.raises(ConflictError, match="not off") as caught:
        host.create(spec)
    assert caught.value.remedy
    machine.turn_off()
    again = host.create(spec)
    assert again.guid != machine.guid
    with pytest.raises(NotFoundError):
        machine.state()
    again.delete()


@pytest.mark.parametrize("is_unfinished", [False, True])
def test_another_machine_of_that_name_is_never_touched(
    host: Host, witness: Witness, is_unfinished: bool
) -> None:
    other = machine_spec("taken")
    machine = host.create(other)
    if is_unfinished:
        mark_unfinished(host, machine, other)
    with witness.watching() as seen, pytest.raises(ConflictError) as caught:
        host.create(machine_spec("taken"))
    assert changes(seen) == []
    assert machine.guid in (caught.value.target or "")
    second = host.create(machine_spec("taken"), shares_name=True)
    assert second.guid != machine.guid
    for each in (machine, second):
        each.delete()


def test_a_machine_that_was_renamed_keeps_its_identity(host: Host, witness: Witness) -> None:
    spec = machine_spec("before")
    machine = host.create(spec)
    machine.rename("after")
    with witness.watching() as seen, pytest.raises(ConflictError, match="called after now"):
        host.create(spec)
    assert changes(seen) == []
    machine.delete()


def test_two_clients_do_not_create_the_same_machine(
    emulated: EmulatedHost, host: Host, witness: Witness
) -> None:
    spec = machine_spec("once")
    with host.share.locked(host.layout.lock(spec.identity)):
        with witness.watching() as seen, pytest.raises(ConflictError, match="Somebody else") as caught:
            host.create(spec)
        assert changes(seen) == []
        assert (caught.value.target, caught.value.retryable) == ("once", True)
    host.create(spec).delete()
    assert (machines_named(emulated, "once"), orphans(emulated)) == ([], [])


def test_a_create_that_could_not_be_undone_is_undone_by_the_next(
    emulated: EmulatedHost, host: Host, witness: Witness
) -> None:
    spec = with_disk("stuck")
    machine = host.create(spec)
    mark_unfinished(host, machine, spec)
    rule = Rule(action=MethodReturns(return_value=32775), method="DestroySystem", count=1)
    with witness.misfortune(rule), pytest.raises(ConflictError):
        host.create(spec)
    assert machines_named(emulated, "stuck") == [machine.guid]
    host.create(spec).delete()
    assert orphans(emulated) == []


def test_notes_for_people_do_not_finish_a_machine(host: Host) -> None:
    spec = machine_spec("noted")
    machine = host.create(spec)
    mark_unfinished(host, machine, spec)
    machine.change(MachineChanges(notes="mine"))
    notes = host.session.get(system_settings(machine.guid))["Notes"]
    assert notes == [*unfinished_notes(spec), "mine"]
    host.create(spec).delete()


def test_a_name_gives_the_same_identity_on_the_same_host_only() -> None:
    assert identity_of("HV1", "web01") == identity_of("hv1", "WEB01")
    assert len({identity_of("HV1", "web01"), identity_of("HV2", "web01"), identity_of("HV1", "web02")}) == 3
