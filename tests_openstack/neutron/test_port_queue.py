"""Which ports are worked on when; the clock is the test's."""

from __future__ import annotations

import pytest
from attrs import define

from openhyperv.neutron.port_queue import Need, PortQueue


@define
class Clock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> PortQueue:
    """A queue with one port, which is new."""
    made = PortQueue(clock)
    made.add("port")
    return made


def test_a_port_is_worked_on_once_at_a_time(queue: PortQueue) -> None:
    assert queue.take() == {"port": Need.DETAILS}
    queue.want("port")
    assert queue.take() == {}
    assert not queue.finished("port"), "what was done is out of date"
    assert queue.take() == {"port": Need.DETAILS}
    assert queue.finished("port")
    assert queue.pause_s is None


def test_a_wish_for_rules_asks_for_no_details(queue: PortQueue) -> None:
    queue.take()
    queue.finished("port")
    queue.want("port", Need.RULES)
    assert queue.take() == {"port": Need.RULES}
    queue.want("port", Need.DETAILS)
    queue.want("port", Need.RULES)
    queue.finished("port")
    assert queue.take() == {"port": Need.DETAILS}


def test_what_fails_waits_longer_each_time_up_to_a_minute(queue: PortQueue, clock: Clock) -> None:
    pauses = []
    for _ in range(8):
        assert queue.take() == {"port": Need.DETAILS}
        queue.failed("port")
        assert queue.take() == {}
        assert queue.pause_s is not None
        pauses.append(queue.pause_s)
        clock.now_s += queue.pause_s
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    queue.take()
    queue.finished("port")
    queue.want("port")
    queue.take()
    queue.failed("port")
    assert queue.pause_s == 1


def test_everything_is_asked_for_again_where_rules_failed(queue: PortQueue) -> None:
    queue.take()
    queue.finished("port")
    queue.want("port", Need.RULES)
    queue.take()
    queue.failed("port")
    queue.want("port", Need.RULES)
    assert queue.take() == {"port": Need.DETAILS}


def test_a_wish_does_not_wait_for_the_pause(queue: PortQueue) -> None:
    queue.take()
    queue.failed("port")
    queue.want("port")
    assert queue.pause_s == 0


def test_a_port_that_goes_while_it_is_worked_on_is_forgotten_then(queue: PortQueue) -> None:
    queue.take()
    queue.remove("port")
    assert len(queue) == 0
    assert not queue.want("port")
    assert not queue.finished("port")
    assert queue.take() == {}


def test_a_port_that_comes_back_while_the_former_is_worked_on_is_next(queue: PortQueue) -> None:
    queue.take()
    queue.remove("port")
    queue.add("port")
    assert queue.take() == {}
    assert not queue.finished("port")
    assert queue.take() == {"port": Need.DETAILS}
