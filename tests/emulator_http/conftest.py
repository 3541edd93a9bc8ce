"""Listeners in front of a recording service."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from openhyperv.emulator.http.listener import Listener
from tests.emulator_http.recorder import ADMIN, Recorder


@pytest.fixture
def service() -> Recorder:
    return Recorder()


@pytest.fixture
def listen(service) -> Iterator[Callable[..., Listener]]:
    """Starts listeners in front of ``service`` and stops them at the end."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(
            Listener(**{"service": service, "accounts": [ADMIN], **options})
        )
