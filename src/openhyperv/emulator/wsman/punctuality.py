"""OperationTimeout: by when an operation has to be answered (DSP0226 6.1, MS-WSMV 3.1.4.1.6)."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from openhyperv.emulator.rules.actions import Action, Slow
from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.emulator.wsman.refusals import timed_out
from openhyperv.wire import uris
from openhyperv.wire.envelope import RequestHeader
from openhyperv.wire.xml import Element


def timeout_s(header: RequestHeader, limits: ServiceLimits) -> float:
    """How long a request may take: what it asks for, up to MaxTimeoutms, which does not shorten a Pull."""
    wanted_s = limits.max_timeout_s if header.timeout_s is None else header.timeout_s
    return wanted_s if header.action == uris.ACTION_PULL else min(wanted_s, limits.max_timeout_s)


def in_time(
    header: RequestHeader, limits: ServiceLimits, execute: Callable[[], Element | None]
) -> Element | None:
    """What an operation answers; a Pull looks after its time itself.

    :raises Refusal: it took longer than its time, and has had its effect all the same, as on Windows
    """
    began_s = monotonic()
    content = execute()
    if header.action != uris.ACTION_PULL and monotonic() - began_s > timeout_s(header, limits):
        raise timed_out()
    return content


def is_too_slow(action: Action | None, header: RequestHeader, limits: ServiceLimits) -> bool:
    """Whether a rule makes the host slower than the request allows."""
    return isinstance(action, Slow) and action.delay_s > timeout_s(header, limits)
