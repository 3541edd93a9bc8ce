"""Names chosen by strangers: shown and found as they are, and never part of a path or query."""

from __future__ import annotations

from uuid import uuid4

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import ConflictError, InvalidInputError, MachineRuleError, NotFoundError
from openhyperv.hyperv.host import Host
from tests.faults.leftovers import assert_nothing_left
from tests.hyperv.specs import machine_spec, with_disk
from tests.witness import Witness

STRANGE = [
    "it's",
    'say "yes"',
    "100%",
    "%_[a-z]%",
    "' OR Name LIKE '%",
    "back\\slash",
    "a:b",
    "..",
    "..\\..\\Windows",
    "CON",
    "<&amp;>",
    "]]>",
    "$(reboot)",
    "`whoami`",
    "naïve 東京 🖥",
    "x" * 100,
    "11111111-2222-3333-4444-555555555555",
    "Microsoft:11111111-2222-3333-4444-555555555555",
]
REFUSED = [
    "",
    " ",
    " padded",
    "padded ",
    "two\nlines",
    "a\ttab",
    "nul\0",
    "\x1b[31m",
    "x" * 101,
    "x" * 300,
    "\ud800",
]


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_name_is_a_name(emulated: EmulatedHost, host: Host, name: str) -> None:
    spec = with_disk(name)
    machine = host.create(spec)
    assert [found.guid for found in host.machines() if found.name == name] == [machine.guid]
    assert machine.summary().name == name
    if name.count("-") != 4 or ":" in name:
        assert host.machine(name).guid == machine.guid
    checkpoint = machine.checkpoints.take(name)
    assert machine.checkpoints.find(name).guid == checkpoint.guid
    machine.delete()
    assert_nothing_left(emulated, spec)


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_name_is_found_as_it_is_or_not_at_all(host: Host, name: str) -> None:
    bystander = host.create(machine_spec("bystander"))
    with pytest.raises(NotFoundError) as caught:
        host.machine(name).summary()
    assert caught.value.host == host.session.host
    assert name in (caught.value.target or "")
    bystander.delete()


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_no_machine_can_have_is_refused_before_anything_is_sent(
    host: Host, witness: Witness, name: str
) -> None:
    with pytest.raises(MachineRuleError) as caught:
        machine_spec(name)
    assert caught.value.target == "name"
    machine = host.machine(str(uuid4()))
    with witness.watching() as seen:
        for rename in (machine.rename, machine.checkpoints.take):
            with pytest.raises(MachineRuleError):
                rename(name)
    assert seen == []


def test_a_machine_named_like_anothers_guid_does_not_take_its_place(host: Host) -> None:
    real = host.create(machine_spec("real"))
    impostor = host.create(machine_spec(real.guid))
    assert host.machine(real.guid).summary().name == "real"
    impostor.delete()
    real.delete()


def test_a_name_that_two_have_is_refused_and_a_guid_is_asked_for(host: Host) -> None:
    twins = [host.create(machine_spec("twin"), shares_name=True) for _ in range(2)]
    with pytest.raises(ConflictError) as caught:
        host.machine("twin")
    error = caught.value
    assert (error.host, error.target) == (host.session.host, "twin")
    assert all(twin.guid in error.message for twin in twins)
    assert "GUID" in (error.remedy or "")
    twins[0].delete()
    assert host.machine("twin").guid == twins[1].guid
    twins[1].delete()


@pytest.mark.parametrize("text", ["nul\0", "\ud800", "bell\a"])
def test_text_that_xml_cannot_carry_is_refused(host: Host, witness: Witness, text: str) -> None:
    machine = host.machine(str(uuid4()))
    with witness.watching() as seen:
        for send in (host.machine, machine.type_text, host.disks.inspect):
            with pytest.raises(InvalidInputError):
                send(text)
    assert seen == []
