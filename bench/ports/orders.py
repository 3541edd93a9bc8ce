"""What the bench asks of an agent in a process of its own: one line of JSON each way."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import perf_counter, process_time

from attrs import asdict, frozen


@frozen
class Order:
    """Bind these ports, so many at a time; ``one_by_one`` as they appear, or all known at once."""

    ports: tuple[str, ...]
    workers: int
    one_by_one: bool = False


@frozen
class Work:
    """What it took: seconds by the clock, and of the agent's processor time."""

    seconds: float
    cpu_s: float


def take_orders(obey: Callable[[Order], None]) -> None:
    """Obey the orders of standard input until there are no more."""
    for line in sys.stdin:
        order = Order(**json.loads(line))
        started_s, cpu_started_s = perf_counter(), process_time()
        obey(order)
        work = Work(perf_counter() - started_s, process_time() - cpu_started_s)
        sys.stdout.write(json.dumps(asdict(work)) + "\n")
        sys.stdout.flush()
