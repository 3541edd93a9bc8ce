"""Counting the requests of an operation at both ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.matching import OperationName
from openhyperv.hyperv.host import Host


@contextmanager
def requests(emulated: EmulatedHost, host: Host) -> Iterator[list[str]]:
    """The requests of the block by operation, sorted, without the event pulls between them.

    What the client says that it sent has to be what the host says that it got.
    """
    host.session.jobs.watch.start()
    before, sent = dict(emulated.service.counts()), host.session.pool.traffic.requests
    names: list[str] = []
    yield names
    after = emulated.service.counts()
    grown = {key: count - before.get(key, 0) for key, count in after.items()}
    pulls = grown.pop((OperationName.PULL, ""), 0)
    for (operation, _class), count in sorted(grown.items()):
        names += [str(operation)] * count
    assert abs(host.session.pool.traffic.requests - sent - len(names) - pulls) <= 1, "one pull is under way"
