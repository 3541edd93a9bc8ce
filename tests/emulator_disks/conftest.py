"""A host's drive C: for virtual disks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulator_disks.drive import Drive


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    return Drive(tmp_path)
