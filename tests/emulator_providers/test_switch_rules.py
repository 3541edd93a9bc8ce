"""What no virtual switch is: refused as it is defined, changed, or given features."""

from __future__ import annotations

import pytest

from openhyperv.emulator.cimom.provider import Result
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from tests.emulator_providers.conftest import Emulate, Emulated
from tests.emulator_providers.test_switches import (
    PORT,
    SERVICE,
    SETTINGS,
    adapters,
    connection,
    define,
    settings_of,
)

INVALID = 32773
TEAM = "Msvm_VirtualEthernetSwitchNicTeamingSettingData"
BANDWIDTH = "Msvm_VirtualEthernetSwitchBandwidthSettingData"


def add_feature(emulated: Emulated, target: ObjectPath | None, class_name: str, **values: Value) -> Result:
    text = emulated.text(class_name, values)
    return emulated.call(SERVICE, "AddFeatureSettings", AffectedConfiguration=target, FeatureSettings=[text])


def ports_of(emulated: Emulated) -> list[Instance]:
    return [port for port in emulated.all(PORT) if "Definition" not in str(port["InstanceID"])]


@pytest.mark.parametrize("for_life", ["IOVPreferred", "TeamingEnabled"])
def test_a_switch_that_lives_by_its_adapter_keeps_one(emulated: Emulated, for_life: str) -> None:
    define(emulated, "wan", connection(emulated, adapters(emulated)[0]), **{for_life: True})
    (port,) = ports_of(emulated)
    removed = emulated.call(SERVICE, "RemoveResourceSettings", ResourceSettings=[port.path])
    assert removed.return_value == INVALID
    host = emulated.only("Msvm_ComputerSystem")
    assert host.path is not None
    values: dict[str, Value] = {
        "InstanceID": port["InstanceID"],
        "HostResource": [str(host.path.on("HV1"))],
    }
    internal = emulated.text(PORT, values)
    changed = emulated.call(SERVICE, "ModifyResourceSettings", ResourceSettings=[internal])
    assert changed.return_value == INVALID
    assert adapters(emulated)[0]["IsBound"]


def test_other_external_switches_become_internal_and_back(emulated: Emulated) -> None:
    host = emulated.only("Msvm_ComputerSystem")
    define(emulated, "wan", connection(emulated, adapters(emulated)[0]), connection(emulated, host))
    (uplink,) = [port for port in ports_of(emulated) if "External" in str(port["HostResource"])]
    removed = emulated.call(SERVICE, "RemoveResourceSettings", ResourceSettings=[uplink.path])
    assert removed.return_value == 0
    assert not adapters(emulated)[0]["IsBound"]
    settings = settings_of(emulated, "wan")
    added = emulated.call(
        SERVICE,
        "AddResourceSettings",
        AffectedConfiguration=settings.path,
        ResourceSettings=[connection(emulated, adapters(emulated)[1])],
    )
    assert added.return_value == 0
    assert adapters(emulated)[1]["IsBound"]


def test_teams_share_their_load_in_two_ways(emulated: Emulated) -> None:
    define(emulated, "team", connection(emulated, *adapters(emulated)), TeamingEnabled=True)
    path = settings_of(emulated, "team").path
    assert add_feature(emulated, path, TEAM, TeamingMode=2).return_value == INVALID
    assert add_feature(emulated, path, TEAM, LoadBalancingAlgorithm=3).return_value == INVALID
    assert add_feature(emulated, path, TEAM, LoadBalancingAlgorithm=4).return_value == 0


def test_only_a_team_has_a_team(emulated: Emulated) -> None:
    define(emulated, "wan", connection(emulated, adapters(emulated)[0]))
    path = settings_of(emulated, "wan").path
    assert add_feature(emulated, path, TEAM, LoadBalancingAlgorithm=4).return_value == INVALID


def test_the_default_flow_is_promised_what_the_switch_promises(emulated: Emulated) -> None:
    define(emulated, "weighted", BandwidthReservationMode=1)
    define(emulated, "absolute", BandwidthReservationMode=2)
    weighted, absolute = (settings_of(emulated, name).path for name in ("weighted", "absolute"))
    assert (
        add_feature(emulated, weighted, BANDWIDTH, DefaultFlowReservation=8_000_000).return_value == INVALID
    )
    assert add_feature(emulated, absolute, BANDWIDTH, DefaultFlowWeight=5).return_value == INVALID
    assert add_feature(emulated, weighted, BANDWIDTH, DefaultFlowWeight=5).return_value == 0
    assert add_feature(emulated, absolute, BANDWIDTH, DefaultFlowReservation=8_000_000).return_value == 0


@pytest.mark.parametrize("what", ["TeamingEnabled", "PacketDirectEnabled"])
def test_older_hosts_know_no_teams_and_no_packet_direct(emulate: Emulate, what: str) -> None:
    emulated = emulate("2012R2")
    text = (
        f'<INSTANCE CLASSNAME="{SETTINGS}"><PROPERTY NAME="ElementName" TYPE="string"><VALUE>wan</VALUE>'
        f'</PROPERTY><PROPERTY NAME="{what}" TYPE="boolean"><VALUE>TRUE</VALUE></PROPERTY></INSTANCE>'
    )
    defined = emulated.call(SERVICE, "DefineSystem", SystemSettings=text, ResourceSettings=[])
    assert defined.return_value == INVALID
    assert emulated.all("Msvm_VirtualEthernetSwitch") == []


@pytest.mark.parametrize(
    ("class_name", "values"),
    [
        ("Msvm_EthernetSwitchPortSecuritySettingData", {"VirtualSubnetId": 4095}),
        ("Msvm_EthernetSwitchPortSecuritySettingData", {"MonitorMode": 3}),
        ("Msvm_EthernetSwitchPortOffloadSettingData", {"IOVQueuePairsRequested": 0}),
        ("Msvm_EthernetSwitchPortOffloadSettingData", {"IOVInterruptModeration": 3}),
        ("Msvm_EthernetSwitchPortOffloadSettingData", {"IOVOffloadWeight": 101}),
        ("Msvm_EthernetSwitchPortRdmaSettingData", {"RdmaOffloadWeight": 101}),
    ],
)
def test_ports_take_no_numbers_that_mean_nothing(
    emulated: Emulated, class_name: str, values: dict[str, Value]
) -> None:
    define(emulated, "lan", connection(emulated, emulated.only("Msvm_ComputerSystem")))
    (port,) = ports_of(emulated)
    assert add_feature(emulated, port.path, class_name, **values).return_value == INVALID
