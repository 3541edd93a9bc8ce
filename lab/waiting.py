"""Waiting for something to be so, with a deadline."""

from __future__ import annotations

import socket
from collections.abc import Callable
from time import monotonic, sleep

import urllib3

from lab.errors import LabError
from lab.ports import ADDRESS

_PAUSE_S = 0.3
_ANSWER_TIMEOUT_S = 10.0


def wait_until(is_so: Callable[[], bool], timeout_s: float, what: str) -> None:
    """Return when ``is_so()``, which may itself raise to give up early.

    :raises LabError: it never was; ``what`` is the subject of the message
    """
    deadline = monotonic() + timeout_s
    while not is_so():
        if monotonic() > deadline:
            raise LabError(f"{what}: not within {timeout_s:.0f} seconds.")
        sleep(_PAUSE_S)


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        socket.create_connection((ADDRESS, port), _ANSWER_TIMEOUT_S).close()
    except OSError:
        return False
    return True


def answers(url: str) -> bool:
    """Whether a web service is there and in order; to be refused is an answer, too."""
    try:
        response = urllib3.request("GET", url, retries=False, timeout=_ANSWER_TIMEOUT_S)
    except urllib3.exceptions.HTTPError:
        return False
    return response.status < 500
