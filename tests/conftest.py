"""What the whole test run shares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.network.fabric import Fabric
from tests.fabrics import private_fabric

PACKAGE = Path(__file__).parent.parent / "src" / "openhyperv"
UNVERIFIED = re.compile(r"# UNVERIFIED:")


@pytest.fixture
def fabric() -> Iterator[Fabric]:
    """Switches of a host that shares no network with others."""
    with private_fabric() as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many facts stand in the code that no document and no foreign client confirms."""
    sources = sorted(PACKAGE.rglob("*.py"))
    count = sum(len(UNVERIFIED.findall(source.read_text("utf-8"))) for source in sources)
    terminalreporter.write_line(f"UNVERIFIED facts in the code: {count}")
