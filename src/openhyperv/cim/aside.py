"""Reading several things at once: each in a thread of its own, over connections of the session's pool."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def begin(work: Callable[[], T]) -> Callable[[], T]:
    """Begin some work while the caller goes on; calling what is returned waits for its result, or error."""
    future: Future[T] = Future()
    Thread(target=_do, args=(work, future), name="aside", daemon=True).start()
    return future.result


def _do(work: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001  # raised where the result is asked for
        future.set_exception(error)
