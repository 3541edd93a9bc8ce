"""What a switch's mode cannot promise a port is refused, with what helps, before anything is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import AccessVlan, PortBandwidth, PortSettings, PortSpec
from openhyperv.machine.switch import BandwidthMode, SwitchSpec
from openhyperv.machine.violations import BrokenRuleError, Rule
from tests.hyperv.counting import requests
from tests.hyperv.specs import machine_spec

MINIMUM = PortBandwidth(minimum_bps=20_000_000)
WEIGHT = PortBandwidth(weight=50)
REFUSED = [
    ("weight", MINIMUM, "Give a weight in place of the minimum", "absolute"),
    ("default", MINIMUM, "Give a weight in place of the minimum", "absolute"),
    ("absolute", WEIGHT, "Give a minimum in place of the weight", "weight"),
    ("none", MINIMUM, "Leave the promise out", "absolute"),
    ("none", WEIGHT, "Leave the promise out", "weight"),
]


@pytest.fixture(scope="module", autouse=True)
def switches(host: Host) -> Mapping[str, str]:
    """The GUIDs of a switch of each mode, which is its name."""
    return {
        mode.name.lower(): host.switches.create(
            SwitchSpec(name=mode.name.lower(), bandwidth_mode=mode, management_port=True)
        )
        for mode in BandwidthMode
    }


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    machine = host.create(machine_spec("promised", network_adapters=(NetworkAdapter("eth0"),)))
    yield machine
    machine.delete()


def _promised(bandwidth: PortBandwidth) -> Callable[[PortSettings], PortSettings]:
    return lambda port: evolve(port, bandwidth=bandwidth)


def test_switches_tell_their_mode(host: Host) -> None:
    modes = {switch.name: switch.bandwidth_mode for switch in host.switches.list()}
    assert modes == {
        "default": BandwidthMode.WEIGHT,
        "weight": BandwidthMode.WEIGHT,
        "absolute": BandwidthMode.ABSOLUTE,
        "none": BandwidthMode.NONE,
    }
    assert {switch.name: switch.bandwidth_mode for switch in host.ports().switches} == modes
    assert {switch.name: switch.bandwidth_mode for switch in host.switches.states()} == modes


@pytest.mark.parametrize(("switch", "bandwidth", "instead", "mode"), REFUSED)
def test_no_port_is_bound_with_a_promise_that_is_not_kept(
    emulated: EmulatedHost,
    host: Host,
    machine: VirtualMachine,
    switches: Mapping[str, str],
    switch: str,
    bandwidth: PortBandwidth,
    instead: str,
    mode: str,
) -> None:
    remedy = f"{instead}, or use a switch made with the bandwidth mode {mode}."
    for reading, looks in ((None, 1), (host.ports(), 0)):
        spec = PortSpec(switch=switches[switch], vlan=AccessVlan(5), bandwidth=bandwidth)
        with requests(emulated, host) as asked, pytest.raises(BrokenRuleError) as caught:
            host.bind_port("eth0", spec, reading)
        assert asked == ["Enumerate"] * looks
        assert (caught.value.rule, caught.value.remedy) == (Rule.PORT_BANDWIDTH, remedy)
        assert switch in str(caught.value)
    state = host.switches.port(machine.adapters.key("eth0"))
    assert (state.switch_guid, state.settings.vlan, state.settings.bandwidth) == (None, None, None)


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("switch", "bandwidth"), [("absolute", MINIMUM), ("weight", WEIGHT), ("default", WEIGHT)]
)
def test_a_promise_that_is_kept_costs_one_look(
    emulated: EmulatedHost, host: Host, switches: Mapping[str, str], switch: str, bandwidth: PortBandwidth
) -> None:
    with requests(emulated, host) as asked:
        host.bind_port("eth0", PortSpec(switch=switches[switch], bandwidth=bandwidth))
    assert asked == ["Enumerate"] * 3 + ["Invoke"] * 2
    assert host.switches.port("eth0").settings.bandwidth == bandwidth


@pytest.mark.usefixtures("machine")
def test_a_port_is_neither_changed_nor_moved_to_where_its_promise_is_not_kept(
    host: Host, switches: Mapping[str, str]
) -> None:
    host.bind_port("eth0", PortSpec(switch="absolute", bandwidth=MINIMUM))
    with pytest.raises(BrokenRuleError, match="by number, not by weight"):
        host.switches.change_port("eth0", _promised(WEIGHT))
    with pytest.raises(BrokenRuleError, match="to nobody, not by number"):
        host.switches.change_port("eth0", lambda port: port, switch="none")
    state = host.switches.port("eth0")
    assert (state.switch_guid, state.settings.bandwidth) == (switches["absolute"], MINIMUM)
    host.switches.change_port("eth0", _promised(WEIGHT), switch="weight")
    state = host.switches.port("eth0")
    assert (state.switch_guid, state.settings.bandwidth) == (switches["weight"], WEIGHT)


def test_nor_is_the_hosts_own_port(host: Host) -> None:
    with pytest.raises(BrokenRuleError, match="by weight, not by number"):
        host.switches.change_host_port("weight", _promised(MINIMUM))
    assert host.switches.host_port("weight").settings.bandwidth is None
    host.switches.change_host_port("absolute", _promised(MINIMUM))
    assert host.switches.host_port("absolute").settings.bandwidth == MINIMUM


def test_nor_an_adapter_of_a_machine_or_of_one_to_be_made(host: Host, machine: VirtualMachine) -> None:
    wanted = NetworkAdapter("eth1", switch="weight", minimum_bandwidth_bps=20_000_000)
    with pytest.raises(BrokenRuleError, match="by weight, not by number"):
        machine.adapters.add(wanted)
    assert [each.name for each in machine.adapters.list()] == ["eth0"]
    with pytest.raises(BrokenRuleError, match="by weight, not by number"):
        host.create(machine_spec("not made", network_adapters=(wanted,)))
    assert "not made" not in {each.name for each in host.machines()}
    made = machine.adapters.add(evolve(wanted, switch="absolute"))
    assert made.name == "eth1"
