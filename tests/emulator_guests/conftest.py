"""What guests are made of, fetched once into the user's cache."""

from __future__ import annotations

import pytest

from openhyperv.emulator.debian_guest.boot_files import BootFiles, default_cache, fetch


@pytest.fixture(scope="session")
def boot_files() -> BootFiles:
    return fetch(default_cache())
