"""The bench of binding ports runs, its requests are exact, and its page says what it has found."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PYTHON = CHECKOUT / ".venv" / "bin" / "python"
"""Where os-win is installed; the bench itself finds the Python that has Neutron."""
TIMEOUT_S = 280


def bench(*words: str) -> None:
    run = subprocess.run(
        [str(PYTHON), "-m", *words],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.skipif(not PYTHON.exists(), reason="os-win is in the environment of make setup")
def test_a_port_takes_24_requests_in_the_old_order_and_at_most_4_in_ours(tmp_path: Path) -> None:
    measured, page = tmp_path / "bench.json", tmp_path / "page.md"
    bench("bench", "--only", "ports", "--quick", "--json", str(measured))
    results = json.loads(measured.read_text())["ports"]
    requests: dict[str, set[float]] = {}
    for result in results:
        own = requests.setdefault(result["way"], set())
        own.update(each["requests"] / each["ports"] for each in result["rounds"])
    least = {way: min(found) for way, found in requests.items()}
    assert (least["old order of calls"], least["ours, one by one"]) == (24, 4)
    assert least["ours, all at once"] < 2.5  # one more for all of them, and its pulls
    bench("bench.ports.page", str(measured), str(page))
    assert page.read_text().startswith("# Binding ports")
