"""What is done with a switch, and loses its connection at any request, is done by doing it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeAlias

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Hardware, adapters_for
from openhyperv.emulator.rules.actions import Action, ResetAfter, ResetBefore
from openhyperv.emulator.rules.matching import Rule
from openhyperv.errors import ConnectionLostError, NotFoundError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.switches.switch_state import SwitchState
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.switch import LoadBalancing, SwitchChange, SwitchSpec
from tests.emulated import emulated_host, target_of
from tests.hyperv.specs import machine_spec
from tests.witness import Witness

FIRST, SECOND, THIRD = "Ethernet", "Ethernet 2", "Ethernet 3"
TEAM = SwitchSpec(
    name="lab", adapters=(FIRST, SECOND), management_port=True, load_balancing=LoadBalancing.DYNAMIC
)
EVERYTHING = SwitchChange(
    name="moved",
    adapters=(SECOND, THIRD),
    management_port=True,
    load_balancing=LoadBalancing.HYPERV_PORT,
    notes="otherwise",
)
Way: TypeAlias = tuple[SwitchSpec | None, Callable[[Host], object]]
"""What is there before, and what is done."""
WAYS: dict[str, Way] = {
    "create": (None, lambda host: host.switches.create(TEAM)),
    "rename": (TEAM, lambda host: host.switches.change("lab", SwitchChange(name="moved"))),
    "change": (
        evolve(TEAM, management_port=False),
        lambda host: host.switches.change("lab", EVERYTHING),
    ),
    "remove": (TEAM, lambda host: host.switches.remove("lab", force=True)),
}


@pytest.fixture(scope="module")
def witness() -> Witness:
    return Witness()


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory, witness: Witness) -> Iterator[EmulatedHost]:
    hardware = Hardware(adapters=adapters_for("HV1", 3))
    folder = tmp_path_factory.mktemp("host")
    with emulated_host(folder, witness, hardware=hardware, has_files=True) as running:
        yield running


@pytest.fixture(scope="module")
def host(emulated: EmulatedHost) -> Iterator[Host]:
    """A host with a machine, whose adapter is plugged into the switch where there is one."""
    with Host.connect(target_of(emulated)) as connected:
        machine = connected.create(machine_spec("web", network_adapters=(NetworkAdapter("eth0"),)))
        yield connected
        machine.delete()


def _prepared(host: Host, spec: SwitchSpec | None) -> None:
    for switch in host.switches.list():
        host.switches.remove(switch.guid, force=True)
    if spec is not None:
        host.switches.create(spec)
        host.switches.change_port("eth0", lambda port: port, switch=spec.name)


def _told(states: list[SwitchState]) -> list[SwitchState]:
    return [evolve(state, guid="") for state in states]


@pytest.mark.parametrize("disturbance", [ResetBefore(), ResetAfter()], ids=["unsent", "unanswered"])
@pytest.mark.parametrize("way", WAYS)
def test_it_is_done_again(host: Host, witness: Witness, way: str, disturbance: Action) -> None:
    before, act = WAYS[way]
    gone = (NotFoundError,) if way == "remove" else ()
    _prepared(host, before)
    with witness.watching() as seen:
        act(host)
    done = _told(list(host.switches.states()))
    for nth in range(len(seen)):
        _prepared(host, before)
        with witness.misfortune(Rule(action=disturbance, after=nth, count=1)):
            with suppress(ConnectionLostError):
                act(host)
            with suppress(*gone):
                act(host)
        assert _told(list(host.switches.states())) == done


def test_another_switch_of_the_new_name_is_not_taken_for_one_that_was_renamed(host: Host) -> None:
    _prepared(host, TEAM)
    for change in (
        SwitchChange(name="lab", notes="of another"),
        SwitchChange(name="lab", management_port=False),
        SwitchChange(name="lab", load_balancing=LoadBalancing.HYPERV_PORT),
    ):
        with pytest.raises(NotFoundError):
            host.switches.change("not there", change)
    (state,) = host.switches.states()
    assert (state.notes, state.load_balancing) == ("", LoadBalancing.DYNAMIC)
    assert state.management_ports
