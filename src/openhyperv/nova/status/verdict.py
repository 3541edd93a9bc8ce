"""What the checks found, as oslo.upgradecheck tells it."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen
from oslo_upgradecheck.upgradecheck import Code, Result


@frozen
class Verdict:
    """Of one host; ``detail`` says what is wrong, and what to do."""

    code: Code
    detail: str = ""


GOOD = Verdict(Code.SUCCESS)


def warning(detail: str) -> Verdict:
    """The service would start; somebody should know."""
    return Verdict(Code.WARNING, detail)


def failure(detail: str) -> Verdict:
    """The service would not start, or would not be able to do its work."""
    return Verdict(Code.FAILURE, detail)


def result_of(verdicts: Iterable[tuple[str, Verdict]]) -> Result:
    """The worst of all hosts; every complaint with the host that it is about."""
    told = list(verdicts)
    code = max((verdict.code for _, verdict in told), default=Code.FAILURE)
    complaints = [f"{name}: {verdict.detail}" for name, verdict in told if verdict.detail]
    return Result(code, " ".join(complaints) or (None if told else "No hosts are configured."))
