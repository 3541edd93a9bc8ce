"""Jobs: what rules can do to them, how clients end them, how long they stay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from openhyperv.emulator.host.jobs import running
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from tests.emulator_host.conftest import Emulated


def _fail(_job: Job) -> None:
    raise JobFailure(32768, "A rule said so.")


def test_a_rule_can_fail_a_job_and_the_vm_stays_as_it_was(emulated: Emulated) -> None:
    system = emulated.define()
    with emulated.host.jobs.meddling(_fail):
        result = emulated.invoke(system, "RequestStateChange", RequestedState=2)
    job = emulated.finish(result)
    assert (job["JobState"], job["ErrorDescription"]) == (10, "A rule said so.")
    assert emulated.state(system) == 3
    assert emulated.request(system, 2)["JobState"] == 7


def test_a_hanging_job_can_be_ended(emulated: Emulated) -> None:
    job = emulated.host.jobs.run(1, lambda job: job.wait(None), description="Hanging")
    assert emulated.get(job.path)["JobState"] == 4
    assert emulated.invoke(job.path, "RequestStateChange", RequestedState=4).return_value == 0
    emulated.until(lambda: emulated.get(job.path), lambda i: i["JobState"] == 8)
    assert emulated.invoke(job.path, "RequestStateChange", RequestedState=5).return_value != 0


def test_a_job_that_cannot_be_ended_says_so(emulated: Emulated) -> None:
    system = emulated.define()
    with emulated.host.jobs.meddling(lambda job: job.wait(0.2)):
        result = emulated.invoke(system, "RequestStateChange", RequestedState=2)
    path = result.out["Job"]
    assert emulated.get(path)["Cancellable"] is False  # type: ignore[arg-type]
    assert emulated.invoke(path, "RequestStateChange", RequestedState=5).return_value == 1  # type: ignore[arg-type]
    assert emulated.finish(result)["JobState"] == 7


def test_finished_jobs_vanish_in_the_end(emulated: Emulated, monkeypatch: pytest.MonkeyPatch) -> None:
    job = emulated.host.jobs.run(1, lambda _job: None)
    emulated.until(lambda: emulated.get(job.path), lambda i: i["JobState"] == 7)
    monkeypatch.setattr(running, "RETENTION", timedelta(0))
    monkeypatch.setattr(running, "SWEEP_EVERY", timedelta(0))
    emulated.host.jobs._next_sweep = job.changed  # noqa: SLF001  # the next sweep is due at once
    assert emulated.all("Msvm_ConcreteJob") == []


def test_our_own_mistakes_fail_the_job_and_do_not_hang_it(emulated: Emulated) -> None:
    def broken(_job: Job) -> None:
        raise ZeroDivisionError

    job = emulated.host.jobs.run(1, broken)
    found = emulated.until(lambda: emulated.get(job.path), lambda i: i["JobState"] in (7, 10))
    assert (found["JobState"], found["ErrorCode"]) == (10, 32768)
