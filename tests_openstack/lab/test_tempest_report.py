"""The page about a run."""

from __future__ import annotations

from pathlib import Path

from lab.places import Places
from lab.settings import Lab
from lab.tempest.report import Run
from lab.tempest.results import Outcome, Result

REQUIRED = "tempest.api.compute.servers.T.test_verify[id-5de47127-9977-400a-936f-abcfbec1218f,smoke]"
OTHER = "tempest.api.compute.volumes.T.test_attach[id-1]"


def test_numbers_failures_and_reasons_are_told(tmp_path: Path) -> None:
    results = [
        Result(REQUIRED, Outcome.FAILED, "a <b>\nserver | failed", 120.0),
        Result(OTHER, Outcome.SKIPPED, "Cinder is not available", 0.0),
    ]
    page = Run(Lab.open(Places(tmp_path / "lab")), results).page()
    assert "| OpenStack Powered Compute, required (2020.06) | 0 | 1 | 0 | 0 | 2 |" in page
    assert "| the whole compute API | 0 | 1 | 1 | 0 | 2 |" in page
    assert "- `tempest.api.compute.servers.T.test_verify`: a &lt;b> server / failed" in page
    assert "### Volumes are a later issue, so that the lab has no Cinder." in page
    assert "- `tempest.api.compute.volumes.T.test_attach`" in page
