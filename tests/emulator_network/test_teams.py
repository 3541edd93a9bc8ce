"""A switch on several network cards: each machine appears at one of them, and hears from all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from openhyperv.emulator.network.fabric import Fabric
from tests.emulator_network.test_segments import add, uplink
from tests.emulator_network.wires import SWITCH, Card, Lab, everybody
from tests.fabrics import networks

LEFT, RIGHT = "left", "right"
MakeHost = Callable[..., Lab]


@pytest.fixture
def host() -> Iterator[MakeHost]:
    """Makes hosts, each with a switch whose network cards are on these physical networks."""
    with networks() as folder, ExitStack() as resources:

        def make(*names: str) -> Lab:
            fabric = Fabric(folder)
            resources.callback(fabric.close)
            fabric.define(SWITCH, {"uplink": uplink(*names)})
            lab = Lab(fabric)
            resources.callback(lab.close)
            return lab

        yield make


def _heard(lab: Lab, listener: Card, *others: tuple[Lab, Card]) -> None:
    """A frame of each comes to the listener, once and in that order."""
    for other_lab, other in others:
        other_lab.send(other, everybody(other))
        assert listener.await_frames(1) == [everybody(other)]
    lab.send(listener, everybody(listener))
    assert listener.received() == []


def test_each_source_leaves_by_one_card_and_they_differ(host: MakeHost) -> None:
    team, left, right = host(LEFT, RIGHT), host(LEFT), host(RIGHT)
    senders = [add(team, number) for number in range(1, 5)]
    at_left, at_right = add(left, 11), add(right, 12)
    for sender in senders * 3:
        team.send(sender, everybody(sender))
    heard = [*at_left.await_frames(6), *at_right.await_frames(6)]
    by_card = [{frame[6:12] for frame in part} for part in (heard[:6], heard[6:])]
    assert by_card[0].isdisjoint(by_card[1])
    assert by_card[0] | by_card[1] == {sender.mac for sender in senders}


@pytest.mark.parametrize("names", [(LEFT, RIGHT), (LEFT, LEFT)], ids=["two networks", "one network"])
def test_machines_of_two_teams_hear_each_other_once(host: MakeHost, names: tuple[str, str]) -> None:
    here, there = host(*names), host(*names)
    listener, near, *far = add(here, 1), add(here, 2), add(there, 3), add(there, 4)
    _heard(here, listener, (here, near), *((there, each) for each in far))
    assert far[0].await_frames(3) == [everybody(near), everybody(far[1]), everybody(listener)]


def test_what_came_by_any_card_is_answered(host: MakeHost) -> None:
    team, left, right = host(LEFT, RIGHT), host(LEFT), host(RIGHT)
    machine = add(team, 1)
    for other_lab, other in ((left, add(left, 11)), (right, add(right, 12))):
        _heard(team, machine, (other_lab, other))


def test_a_team_that_lost_a_card_goes_on_by_the_other(host: MakeHost) -> None:
    team, left = host(LEFT, RIGHT), host(LEFT)
    senders, listener = [add(team, number) for number in (1, 2)], add(left, 11)
    team.fabric.define(SWITCH, {"uplink": uplink(LEFT)})
    for sender in senders:
        team.send(sender, everybody(sender))
    assert listener.await_frames(2) == [everybody(sender) for sender in senders]
