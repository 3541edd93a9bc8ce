"""Waiting with a deadline for calls that know none: name resolution, and Kerberos asking its KDC."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

from openhyperv.transport.deadline import Deadline

T = TypeVar("T")


def run_within(
    deadline: Deadline, operation: str, work: Callable[[], T], *, discard: Callable[[T], None] | None = None
) -> T:
    """The result of ``work``, run in a thread that is left behind when the deadline passes.

    A result that comes too late is handed to ``discard``, so that nothing stays open. What ``work`` raises
    is raised here.

    :raises DeadlineError: the deadline passed first
    """
    future: Future[T] = Future()
    Thread(target=_fulfil, args=(future, work), name=f"openhyperv {operation}", daemon=True).start()
    wait([future], timeout=deadline.remaining_s)
    if future.done():
        return future.result()
    if discard is not None:
        future.add_done_callback(lambda late: _discard(late, discard))
    raise deadline.missed(operation)


def _fulfil(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  it is raised again in the waiting thread
        future.set_exception(error)


def _discard(late: Future[T], discard: Callable[[T], None]) -> None:
    if late.exception() is None:
        discard(late.result())
