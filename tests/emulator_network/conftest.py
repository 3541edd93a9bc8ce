"""Fixtures: a fabric with network cards at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.emulator.network.fabric import Fabric
from tests.emulator_network.wires import Lab


@pytest.fixture
def lab(fabric: Fabric) -> Iterator[Lab]:
    made = Lab(fabric)
    yield made
    made.close()
