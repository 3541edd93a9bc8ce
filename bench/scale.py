"""How much is measured."""

from __future__ import annotations

from attrs import frozen

_MIB = 1 << 20


@frozen(kw_only=True)
class PortScale:
    """How many ports are bound each time, and by how many workers.

    ``growing`` numbers of ports show whether a port costs the same however many there are, in the old way.
    """

    at_once: int = 1000
    one_by_one: int = 100
    old: int = 32
    workers: tuple[int, ...] = (1, 4, 12, 16)
    rounds: int = 3
    growing: tuple[int, ...] = (16, 32, 64, 128)


@frozen(kw_only=True)
class Scale:
    """Sizes and repetitions of a run. Medians are taken over ``repetitions``."""

    list_sizes: tuple[int, ...] = (1, 100, 1000, 5000)
    repetitions: int = 5
    deletes: int = 200
    gets: int = 1500
    machines: int = 1000
    start_ups: int = 3
    image_bytes: int = 1024 * _MIB
    pushes: int = 3
    metered: int = 10
    lists: int = 2
    ports: PortScale = PortScale()


FULL = Scale()
QUICK = Scale(
    list_sizes=(1, 100),
    repetitions=1,
    deletes=4,
    gets=50,
    machines=100,
    start_ups=1,
    image_bytes=8 * _MIB,
    pushes=1,
    metered=1,
    lists=1,
    ports=PortScale(at_once=12, one_by_one=12, old=4, workers=(1, 12), rounds=1, growing=(2, 4)),
)
"""To see that everything works; its times mean nothing."""
