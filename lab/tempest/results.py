"""What became of every test, from the stream that Tempest's runner records."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from attrs import frozen
from subunit import ByteStreamToStreamResult
from testtools import StreamToDict


class Outcome(StrEnum):
    """How a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_RUN = "not run"


_OUTCOMES = {
    "success": Outcome.PASSED,
    "xfail": Outcome.PASSED,
    "skip": Outcome.SKIPPED,
    "inprogress": Outcome.NOT_RUN,
    "unknown": Outcome.NOT_RUN,
}


@frozen
class Result:
    """One test, or the preparation of a class of tests, which has no name of its own in the stream."""

    test: str
    outcome: Outcome
    reason: str
    seconds: float

    @property
    def name(self) -> str:
        """The name without the identifiers and tags behind it."""
        return self.test.partition("[")[0]


def read_results(stream: bytes) -> list[Result]:
    """All tests of a recorded run, in the order in which they ended."""
    found: list[Result] = []
    collector = StreamToDict(lambda test: found.extend(_results(test)))
    collector.startTestRun()
    ByteStreamToStreamResult(io.BytesIO(stream), non_subunit_name="stdout").run(collector)
    collector.stopTestRun()
    return found


def _results(test: Mapping[str, Any]) -> Iterator[Result]:
    if test["status"] == "exists":
        return
    outcome = _OUTCOMES.get(test["status"], Outcome.FAILED)
    started, ended = test["timestamps"]
    seconds = (ended - started).total_seconds() if started and ended else 0.0
    yield Result(str(test["id"]), outcome, _reason(test["details"]), seconds)


def _reason(details: Mapping[str, Any]) -> str:
    """Why it was skipped, or the last line of why it failed."""
    if "reason" in details:
        return str(details["reason"].as_text()).strip()
    lines = [line for line in _traceback(details).splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def _traceback(details: Mapping[str, Any]) -> str:
    return "".join(str(detail.as_text()) for name, detail in details.items() if "traceback" in name)
