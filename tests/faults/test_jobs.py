"""Jobs of the host that fail, hang, or are lost with a connection."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import (
    Action,
    ExpiredEnumeration,
    JobFails,
    JobHangs,
    QuotaFault,
    ResetAfter,
    ResetBefore,
    WsmanFault,
)
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.errors import AuthenticationError, DeadlineError, HyperVError, JobError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.emulated import emulated_host, target_of
from tests.faults.leftovers import assert_nothing_left, running_jobs, wait_until
from tests.hyperv.specs import machine_spec, with_disk
from tests.witness import Witness, changes

START = "Msvm_ComputerSystem.RequestStateChange"


@pytest.fixture(scope="module")
def machine(host: Host) -> VirtualMachine:
    return host.create(machine_spec("jobs"))


def at_start(action: Action) -> Rule:
    """The rule that meets the next change of a machine's state."""
    return Rule(action=action, operation=OperationName.INVOKE, method="RequestStateChange", count=1)


def test_a_failed_job_keeps_the_hosts_code_and_text(
    host: Host, machine: VirtualMachine, witness: Witness
) -> None:
    text = "'jobs' could not be started. Not enough memory in the system."
    with (
        witness.misfortune(at_start(JobFails(code=32778, text=text))) as seen,
        pytest.raises(JobError) as caught,
    ):
        machine.start()
    error = caught.value
    assert (error.message, error.code, error.host, error.operation) == (text, 32778, host.session.host, START)
    assert not error.outcome_unknown
    assert changes(seen) == [START]
    assert machine.state() is MachineState.OFF


def test_a_create_whose_job_hangs_ends_at_its_deadline_and_ends_the_job(tmp_path: Path) -> None:
    """On a host of its own: other tests here leave a job or subscription that only a host can end."""
    witness, spec = Witness(), with_disk("hanging")
    rule = Rule(action=JobHangs(), method="CreateVirtualHardDisk", count=1)
    with (
        emulated_host(tmp_path, witness, has_files=True) as emulated,
        Host.connect(target_of(emulated)) as host,
    ):
        started_s = monotonic()
        with witness.misfortune(rule), pytest.raises(DeadlineError) as caught:
            host.create(spec, timeout_s=2)
        assert 2 <= monotonic() - started_s < 10
        assert caught.value.operation == "Msvm_ImageManagementService.CreateVirtualHardDisk"
        assert wait_until(lambda: running_jobs(emulated) == [])
        assert_nothing_left(emulated, spec)


def test_a_job_whose_fate_cannot_be_seen_is_of_unknown_outcome(host: Host, witness: Witness) -> None:
    machine = host.create(machine_spec("unseen"))
    unseen = Rule(
        action=WsmanFault(code=0x80041001), operation=OperationName.GET, class_name="Msvm_ConcreteJob"
    )
    deaf = Rule(action=QuotaFault(), operation=OperationName.SUBSCRIBE)
    with (
        witness.misfortune(deaf, unseen, at_start(JobHangs())) as seen,
        Host.connect(host.session.pool.target) as other,
        pytest.raises(HyperVError) as caught,
    ):
        other.machine(machine.guid).start(timeout_s=10)
    assert caught.value.outcome_unknown
    assert changes(seen).count(START) == 1


@pytest.mark.parametrize("action", [ResetBefore(), ResetAfter(), QuotaFault(), WsmanFault(code=2150858882)])
def test_jobs_are_polled_where_the_host_gives_no_events(
    emulated: EmulatedHost, witness: Witness, action: Action
) -> None:
    """A subscription whose answer was lost is one that only the host can end, when its time is over."""
    rule = Rule(action=action, operation=OperationName.SUBSCRIBE)
    with witness.misfortune(rule), Host.connect(target_of(emulated)) as other:
        machine = other.create(with_disk("polled"))
        assert not other.session.jobs.watch.is_listening
        machine.delete()


@pytest.mark.parametrize("action", [ResetBefore(), ExpiredEnumeration()])
def test_hearing_of_jobs_begins_anew_when_it_breaks(
    emulated: EmulatedHost, witness: Witness, action: Action
) -> None:
    _, subscriptions = emulated.contexts.counts()
    with Host.connect(target_of(emulated)) as other:
        other.session.jobs.watch.start()
        with witness.misfortune(Rule(action=action, operation=OperationName.PULL, count=1)):
            machine = other.create(with_disk("healing"))
        assert wait_until(lambda: other.session.jobs.watch.is_listening)
        machine.delete()
        assert emulated.contexts.counts() == (0, subscriptions + 1)
    assert emulated.contexts.counts() == (0, subscriptions)


def test_a_wrong_password_is_tried_once(emulated: EmulatedHost, machine: VirtualMachine) -> None:
    counters = emulated.listener.counters
    failures = counters.snapshot()["authentication_failures"]
    target = evolve(target_of(emulated), password="wrong")
    with Host.connect(target) as stranger, pytest.raises(AuthenticationError) as caught:
        stranger.machine(machine.guid).start()
    assert counters.snapshot()["authentication_failures"] == failures + 1
    assert caught.value.host == target.host
    assert caught.value.remedy
