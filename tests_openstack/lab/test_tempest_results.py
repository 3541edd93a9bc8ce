"""Every test that was chosen is accounted for."""

from __future__ import annotations

import io
from pathlib import Path

from lab.tempest.accounting import account
from lab.tempest.exclusions import exclusion
from lab.tempest.explanations import explain
from lab.tempest.record import Record
from lab.tempest.results import Outcome, Result, read_results
from lab.tempest.selection import is_required, required_identifiers
from subunit import StreamResultToBytes

LIVE = "tempest.api.compute.Live.test_move[id-1]"
SERVER = "tempest.api.compute.Servers.test_create[id-2,smoke]"
LIST = "tempest.api.compute.Servers.test_list[id-3]"


def test_outcomes_and_reasons_are_read_from_the_stream() -> None:
    buffer = io.BytesIO()
    stream = StreamResultToBytes(buffer)
    stream.status(test_id=SERVER, test_status="success")
    text = {"mime_type": "text/plain; charset=utf8", "eof": True}
    stream.status(test_id=LIVE, test_status="skip", file_name="reason", file_bytes=b"No volumes.", **text)
    trace = b"Traceback\n  File x\nTimeoutException: no server\n"
    stream.status(test_id=LIST, test_status="fail", file_name="traceback", file_bytes=trace, **text)
    assert {(each.name, each.outcome, each.reason) for each in read_results(buffer.getvalue())} == {
        ("tempest.api.compute.Servers.test_create", Outcome.PASSED, ""),
        ("tempest.api.compute.Live.test_move", Outcome.SKIPPED, "No volumes."),
        ("tempest.api.compute.Servers.test_list", Outcome.FAILED, "TimeoutException: no server"),
    }


def test_a_class_that_was_skipped_skips_each_of_its_tests() -> None:
    of_class = Result("setUpClass (tempest.api.compute.Live)", Outcome.SKIPPED, "Live migration is off", 0.0)
    assert account([LIVE], [of_class]) == [Result(LIVE, Outcome.SKIPPED, "Live migration is off", 0.0)]


def test_a_test_that_did_not_run_is_told_and_not_recorded(tmp_path: Path) -> None:
    record = Record(tmp_path / "results.json")
    earlier = Result(SERVER, Outcome.PASSED, "", 1.0)
    record.add([earlier])
    results = account([SERVER, LIST], [])
    assert {result.outcome for result in results} == {Outcome.NOT_RUN}
    record.add(results)
    assert record.read() == [earlier]


def test_what_a_class_leaves_behind_is_a_failure_of_one_test() -> None:
    passed = [Result(test, Outcome.PASSED, "", 1.0) for test in (SERVER, LIST)]
    left = Result("tearDownClass (tempest.api.compute.Servers)", Outcome.FAILED, "a port is left", 0.0)
    outcomes = [result.outcome for result in account([SERVER, LIST], [*passed, left])]
    assert sorted(outcomes) == [Outcome.FAILED, Outcome.PASSED]


def test_required_tests_are_known_by_what_never_changes() -> None:
    assert len(required_identifiers()) == 228
    assert is_required("anywhere.test_other_name[id-5de47127-9977-400a-936f-abcfbec1218f,smoke]")
    assert not is_required(SERVER)


def test_what_hyper_v_cannot_do_is_skipped_with_the_reason() -> None:
    result = exclusion("tempest.api.compute.T.test_stable_device_rescue_disk_usb[id-4]")
    assert result is not None
    assert (result.outcome, "USB" in result.reason) == (Outcome.SKIPPED, True)
    assert exclusion(SERVER) is None


def test_switches_are_explained_and_other_words_are_kept() -> None:
    assert "Cinder" in explain(Result(LIVE, Outcome.SKIPPED, "volume service is not available", 0.0))
    assert explain(Result(LIVE, Outcome.SKIPPED, "Only for two nodes.", 0.0)) == "Only for two nodes."
