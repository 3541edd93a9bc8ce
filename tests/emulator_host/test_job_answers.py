"""The rule ``answers-by-job``: jobs where the host would answer at once, and the same outcome."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import AnswersByJob
from openhyperv.emulator.rules.matching import Rule
from openhyperv.errors import JobError
from openhyperv.hyperv.names import SYSTEM_SERVICE, service, system, system_settings
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import AssociatorsOf
from tests.emulated import emulated_host, target_of

SWITCH_SERVICE = service("Msvm_VirtualEthernetSwitchManagementService")
MACHINE_SETTINGS = "Msvm_VirtualSystemSettingData"
ADAPTER = "Msvm_SyntheticEthernetPortSettingData"
JOB_STARTED, INVALID_STATE, INVALID_PARAMETER = 4096, 32775, 32773
LONG_S = 0.5


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture(scope="module")
def session(emulated: EmulatedHost) -> Iterator[Session]:
    with Session.open(target_of(emulated)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def by_job(emulated: EmulatedHost) -> None:
    emulated.rules.replace([Rule(action=AnswersByJob())])


def take_long(emulated: EmulatedHost, method: str) -> None:
    emulated.rules.replace([Rule(action=AnswersByJob(takes_s=LONG_S), method=method)])


def text(session: Session, class_name: str, **values: Value) -> str:
    return instance_to_text(Instance(class_name, values), session.schema)


def define(session: Session, name: str) -> str:
    """Define a machine; returns its GUID, as the job tells it."""
    settings = text(session, MACHINE_SETTINGS, ElementName=name)
    output = session.run(SYSTEM_SERVICE, "DefineSystem", {"SystemSettings": settings})
    job = output["Job"]
    assert isinstance(job, ObjectPath)
    (made,) = session.query(AssociatorsOf(job, association_class="Msvm_AffectedJobElement"))
    assert (output.return_value, output["ResultingSystem"], made["ElementName"]) == (JOB_STARTED, None, name)
    return str(made["Name"])


def adding(session: Session, guid: str, class_name: str = ADAPTER) -> dict[str, Value]:
    return {"AffectedConfiguration": system_settings(guid), "ResourceSettings": [text(session, class_name)]}


def test_a_machine_is_defined_changed_and_destroyed_by_jobs(session: Session) -> None:
    guid = define(session, "by job")
    added = session.run(SYSTEM_SERVICE, "AddResourceSettings", adding(session, guid))
    (adapter,) = added["ResultingResourceSettings"]  # type: ignore[misc]  # an array of references
    assert isinstance(adapter, ObjectPath)
    identity = session.get(adapter)["InstanceID"]

    named = [text(session, ADAPTER, InstanceID=identity, ElementName="port-1")]
    changed = session.run(SYSTEM_SERVICE, "ModifyResourceSettings", {"ResourceSettings": named})
    assert session.get(adapter)["ElementName"] == "port-1"
    note = text(session, MACHINE_SETTINGS, InstanceID=f"Microsoft:{guid}", Notes=["a note"])
    noted = session.run(SYSTEM_SERVICE, "ModifySystemSettings", {"SystemSettings": note})
    assert session.get(system_settings(guid))["Notes"] == ["a note"]
    removed = session.run(SYSTEM_SERVICE, "RemoveResourceSettings", {"ResourceSettings": [adapter]})
    assert "port-1" not in [each["ElementName"] for each in session.enumerate(ADAPTER)]
    gone = session.run(SYSTEM_SERVICE, "DestroySystem", {"AffectedSystem": system(guid)})
    assert not [each for each in session.enumerate("Msvm_ComputerSystem") if each["Name"] == guid]

    outputs = (added, changed, noted, removed, gone)
    jobs = [session.get(job) for output in outputs if isinstance(job := output["Job"], ObjectPath)]
    assert [output.return_value for output in outputs] == [JOB_STARTED] * 5
    assert [(job["JobType"], job["JobState"]) for job in jobs] == [(30, 7), (31, 7), (2, 7), (32, 7), (3, 7)]


def test_a_switch_is_defined_by_a_job(session: Session) -> None:
    settings = text(session, "Msvm_VirtualEthernetSwitchSettingData", ElementName="by job")
    output = session.run(SWITCH_SERVICE, "DefineSystem", {"SystemSettings": settings})
    assert output.return_value == JOB_STARTED
    assert "by job" in [each["ElementName"] for each in session.enumerate("Msvm_VirtualEthernetSwitch")]


def test_what_is_refused_comes_as_a_failed_job_with_the_code_of_the_refusal(session: Session) -> None:
    guid = define(session, "refused")
    with pytest.raises(JobError) as caught:
        session.run(SYSTEM_SERVICE, "AddResourceSettings", adding(session, guid, MACHINE_SETTINGS))
    assert caught.value.code == INVALID_PARAMETER


def test_until_the_job_is_over_the_machine_takes_no_other_change(
    emulated: EmulatedHost, session: Session
) -> None:
    guid = define(session, "busy")
    take_long(emulated, "AddResourceSettings")
    started = session.invoke(SYSTEM_SERVICE, "AddResourceSettings", adding(session, guid))
    job = started["Job"]
    assert isinstance(job, ObjectPath)
    assert session.get(job)["JobState"] == 4
    destroyed = session.invoke(SYSTEM_SERVICE, "DestroySystem", {"AffectedSystem": system(guid)})
    assert destroyed.return_value == INVALID_STATE

    finished = session.jobs.wait(job, Deadline.after(20))
    assert finished["ElapsedTime"] >= timedelta(seconds=LONG_S)  # type: ignore[operator]  # an interval
    session.run(SYSTEM_SERVICE, "DestroySystem", {"AffectedSystem": system(guid)})


def test_methods_that_rules_do_not_mean_answer_at_once(emulated: EmulatedHost, session: Session) -> None:
    guid = define(session, "at once")
    take_long(emulated, "ModifySystemSettings")
    output = session.invoke(SYSTEM_SERVICE, "AddResourceSettings", adding(session, guid))
    assert (output.return_value, output["Job"]) == (0, None)
