"""Counting the requests of an operation at both ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from tests.witness import is_waiting


@contextmanager
def requests(emulated: EmulatedHost, host: Host) -> Iterator[list[str]]:
    """The requests of the block by operation, sorted, without waiting: event pulls, and looks at jobs.

    What the client says that it sent has to be what the host says that it got.
    """
    host.session.jobs.watch.start()
    before, sent = dict(emulated.service.counts()), host.session.pool.traffic.requests
    names: list[str] = []
    yield names
    after = emulated.service.counts()
    grown = {key: count - before.get(key, 0) for key, count in after.items()}
    waits = sum(count for key, count in grown.items() if is_waiting(*key))
    for (operation, class_name), count in sorted(grown.items()):
        names += [] if is_waiting(operation, class_name) else [str(operation)] * count
    assert abs(host.session.pool.traffic.requests - sent - len(names) - waits) <= 1, "one pull is under way"
