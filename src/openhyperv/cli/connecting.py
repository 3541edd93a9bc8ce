"""From the command line to a host: for real, or in rehearsal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click

from openhyperv.cim.rehearsal import RehearsalEndError
from openhyperv.cli.changes import ChangeList
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.targets import target_of
from openhyperv.cli.tracing import tracer
from openhyperv.errors import error_context
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.rehearsing import RehearsedHost
from openhyperv.transport.target import Target


@contextmanager
def connected(invocation: Invocation) -> Iterator[Host]:
    """The host that the command line means. With ``--dry-run`` one that does not change: what would have
    been sent is printed in the end, and whatever has to look at an effect ends quietly."""
    logging.basicConfig(level=logging.WARNING, format="hv: %(message)s")
    target = target_of(invocation)
    with error_context(host=target.host, operation=click.get_current_context().command_path):
        yield from _reached(invocation, target)


def _reached(invocation: Invocation, target: Target) -> Iterator[Host]:
    trace = tracer(target.password) if invocation.trace else None
    if not invocation.dry_run:
        with Host.connect(target, trace=trace) as host:
            yield host
        return
    changes = ChangeList(invocation)
    with RehearsedHost(target, changes.tell, trace=trace) as host:
        try:
            yield host
        except RehearsalEndError:
            changes.has_more = True
    changes.show()
