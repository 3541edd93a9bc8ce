"""A host that a client shuts down or reboots: machines follow their actions, and it comes back or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost, Guests
from openhyperv.errors import HyperVError, TransportError
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import equal, select
from tests.emulated import emulated_host, target_of

DEADLINE_S = 60
SERVICE_CLASS = "Msvm_VirtualSystemManagementService"
SERVICE = ObjectPath(SERVICE_CLASS, {"CreationClassName": SERVICE_CLASS})
WINDOWS = ObjectPath("Win32_OperatingSystem", {}, "root/cimv2")
TURN_OFF, SAVE, SHUT_DOWN = 2, 3, 4
NOTHING, IF_IT_RAN, ALWAYS = 2, 3, 4
RUNNING, OFF, SAVED = 2, 3, 6


@pytest.fixture
def emulated(tmp_path: Path) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path) as host:
        yield host


@pytest.fixture
def session(emulated: EmulatedHost) -> Iterator[Session]:
    with Session.open(target_of(emulated)) as opened:
        yield opened


def machine(session: Session, name: str, *, at_shutdown: int, at_start: int, runs: bool = True) -> None:
    """A machine that is started unless ``runs`` is false."""
    values: dict[str, Value] = {
        "ElementName": name,
        "AutomaticShutdownAction": at_shutdown,
        "AutomaticStartupAction": at_start,
    }
    text = instance_to_text(Instance("Msvm_VirtualSystemSettingData", values), session.schema)
    arguments = {"SystemSettings": text, "ResourceSettings": None, "ReferenceConfiguration": None}
    path = session.run(SERVICE, "DefineSystem", arguments)["ResultingSystem"]
    assert isinstance(path, ObjectPath)
    if runs:
        session.run(path, "RequestStateChange", {"RequestedState": RUNNING})


def state(session: Session, name: str) -> Value:
    (system,) = session.query(select("Msvm_ComputerSystem").where(equal("ElementName", name)))
    return system["EnabledState"]


def boot_time(session: Session) -> Value:
    (windows,) = session.enumerate("Win32_OperatingSystem", namespace="root/cimv2")
    return windows["LastBootUpTime"]


def ask(session: Session, flags: int) -> int | None:
    return session.invoke(WINDOWS, "Win32Shutdown", {"Flags": flags, "Reserved": 0}).return_value


def seen_boot_time(session: Session) -> Value:
    """When the host booted; None while it does not answer."""
    try:
        return boot_time(session)
    except TransportError:
        return None


def await_reboot(session: Session, before: Value) -> None:
    """Return once the host has booted again."""
    deadline = monotonic() + DEADLINE_S
    while seen_boot_time(session) in (None, before):
        assert monotonic() < deadline, "the host did not come back"
        sleep(0.02)


@pytest.mark.parametrize(
    ("at_shutdown", "at_start", "afterwards"),
    [
        (TURN_OFF, IF_IT_RAN, RUNNING),
        (SAVE, IF_IT_RAN, RUNNING),
        (SAVE, NOTHING, SAVED),
        (TURN_OFF, NOTHING, OFF),
        (SHUT_DOWN, NOTHING, OFF),
    ],
)
def test_machines_follow_their_actions_over_a_reboot(
    session: Session, at_shutdown: int, at_start: int, afterwards: int
) -> None:
    machine(session, "vm", at_shutdown=at_shutdown, at_start=at_start)
    before = boot_time(session)
    assert ask(session, 6) == 0
    await_reboot(session, before)
    deadline = monotonic() + DEADLINE_S
    while state(session, "vm") != afterwards:
        assert monotonic() < deadline
        sleep(0.02)


@pytest.mark.guest
def test_guests_that_run_are_started_again_after_a_reboot(tmp_path: Path) -> None:
    """Not only in their states: what runs guests has ended with the host, and is there again."""
    tmp_path.chmod(0o755)
    with (
        emulated_host(tmp_path, has_files=True, guests=Guests.QEMU) as emulated,
        Session.open(target_of(emulated)) as session,
    ):
        machine(session, "vm", at_shutdown=TURN_OFF, at_start=IF_IT_RAN)
        first = process_id(session)
        before = boot_time(session)
        ask(session, 6)
        await_reboot(session, before)
        deadline = monotonic() + DEADLINE_S
        while state(session, "vm") != RUNNING:
            assert monotonic() < deadline
            sleep(0.02)
        assert process_id(session) not in (None, first)


def process_id(session: Session) -> Value:
    """The process that the machine's guest is."""
    (system,) = session.query(select("Msvm_ComputerSystem").where(equal("ElementName", "vm")))
    return system["ProcessID"]


def test_a_machine_that_did_not_run_stays_off(session: Session) -> None:
    machine(session, "vm", at_shutdown=SAVE, at_start=IF_IT_RAN, runs=False)
    before = boot_time(session)
    ask(session, 2)
    await_reboot(session, before)
    assert state(session, "vm") == OFF


def test_a_host_that_was_shut_down_does_not_answer(session: Session, emulated: EmulatedHost) -> None:
    assert ask(session, 12) == 0
    deadline = monotonic() + DEADLINE_S
    while seen_boot_time(session) is not None:
        assert monotonic() < deadline, "the host stays up"
        sleep(0.02)
    emulated.stop()


@pytest.mark.parametrize(("flags", "code"), [(0, 50), (4, 50), (3, 87), (-1, 87)])
def test_what_a_host_cannot_do_is_refused(session: Session, flags: int, code: int) -> None:
    before = boot_time(session)
    assert ask(session, flags) == code
    assert boot_time(session) == before


def test_a_running_host_can_be_stopped_while_it_reboots(session: Session, emulated: EmulatedHost) -> None:
    ask(session, 6)
    emulated.stop()
    with pytest.raises(HyperVError):
        boot_time(session)
