"""Programs that outlive who started them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.errors import LabError
from lab.places import Places
from lab.processes import Processes, Program

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, lambda *_: None); print('ready', flush=True); time.sleep(600)",
)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    places = Places(tmp_path / "lab")
    places.make()
    processes = Processes(places)
    yield processes
    processes.stop(processes.names(), 0.5)


def test_a_program_that_runs_is_left_alone(processes: Processes) -> None:
    program = Program("sleeper", SLEEP)
    assert processes.start([program]) == [program]
    first = processes.find("sleeper")
    assert processes.start([program]) == []
    assert first is not None
    assert processes.find("sleeper") == first


def test_a_program_whose_file_changed_is_started_anew(processes: Processes, tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    settings.write_text("one")
    program = Program("sleeper", SLEEP, reads=(settings,))
    processes.start([program])
    first = processes.find("sleeper")
    settings.write_text("two")
    assert processes.start([program]) == [program]
    second = processes.find("sleeper")
    assert first is not None
    assert second is not None
    assert first.pid != second.pid
    assert not first.is_alive()


def test_a_program_that_ends_is_missed_and_its_last_words_told(processes: Processes) -> None:
    program = Program("talker", (sys.executable, "-c", "raise SystemExit('no disk')"), is_ready=lambda: False)
    processes.start([program])
    with pytest.raises(LabError, match="no disk"):
        processes.wait(program)
    assert processes.find("talker") is None


def test_a_program_that_is_not_installed_is_named(processes: Processes) -> None:
    with pytest.raises(LabError, match="no-such-program is not installed"):
        processes.start([Program("missing", ("no-such-program",))])


def test_a_stubborn_program_is_ended_all_the_same(processes: Processes) -> None:
    log = processes.log("stubborn")
    program = Program("stubborn", STUBBORN, is_ready=lambda: "ready" in log.read_text("utf-8"))
    processes.start([program])
    processes.wait(program)
    running = processes.find("stubborn")
    processes.stop(["stubborn"], 0.5)
    assert running is not None
    assert not running.is_alive()
    assert processes.names() == []


def test_what_a_program_makes_is_not_taken_for_the_new_one(processes: Processes, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.write_text("by an earlier one")
    program = Program("maker", SLEEP, makes=made, is_ready=made.exists, start_timeout_s=0.5)
    processes.start([program])
    with pytest.raises(LabError, match="not within"):
        processes.wait(program)
