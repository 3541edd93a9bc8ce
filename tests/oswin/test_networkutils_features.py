"""os-win gives ports VLANs, subnets, profiles, offloads and bandwidth."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from os_win import constants, exceptions

from openhyperv.cim.session import Session
from tests.oswin.proving import proves
from tests.oswin.switching import Port, connected_port, make_switch

pytestmark = pytest.mark.usefixtures("windows")

VLAN = "Msvm_EthernetSwitchPortVlanSettingData"
SECURITY = "Msvm_EthernetSwitchPortSecuritySettingData"
OFFLOAD = "Msvm_EthernetSwitchPortOffloadSettingData"
PROFILE = "Msvm_EthernetSwitchPortProfileSettingData"
BANDWIDTH = "Msvm_EthernetSwitchPortBandwidthSettingData"
ABSOLUTE = 2
KI = 1024


@pytest.fixture
def port(networkutils: Any, vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Port:
    """A connected port on a switch that guarantees bandwidth in absolute numbers."""
    make_switch(ours, f"switch of {request.node.name}", bandwidth_mode=ABSOLUTE)
    return connected_port(networkutils, vmutils, ours, request.node.name)


@proves("networkutils.NetworkUtils.set_vswitch_port_vlan_id")
def test_a_port_changes_its_vlan(networkutils: Any, port: Port) -> None:
    for vlan in (42, 42, 43):
        networkutils.set_vswitch_port_vlan_id(vlan, port.name)
        feature = port.feature(VLAN)
        assert (feature["OperationMode"], feature["AccessVlanId"]) == (constants.VLAN_MODE_ACCESS, vlan)


@proves("networkutils.NetworkUtils.set_vswitch_port_vlan_id")
def test_a_port_becomes_a_trunk(networkutils: Any, port: Port) -> None:
    networkutils.set_vswitch_port_vlan_id(42, port.name)
    networkutils.set_vswitch_port_vlan_id(
        7, port.name, operation_mode=constants.VLAN_MODE_TRUNK, trunk_vlans=[102, 101]
    )
    feature = port.feature(VLAN)
    assert (feature["OperationMode"], feature["NativeVlanId"]) == (constants.VLAN_MODE_TRUNK, 7)
    assert feature["TrunkVlanIdArray"] == [101, 102]


@proves("networkutils.NetworkUtils.set_vswitch_port_vlan_id")
def test_a_vlan_that_no_standard_has_is_refused(networkutils: Any, port: Port) -> None:
    with pytest.raises(exceptions.WMIJobFailed, match="32773"):
        networkutils.set_vswitch_port_vlan_id(4095, port.name)
    assert port.features(VLAN) == []


@proves(
    "networkutils.NetworkUtils.set_vswitch_port_vsid",
    "networkutils.NetworkUtils.set_vswitch_port_mac_spoofing",
)
def test_subnet_and_spoofing_share_a_feature(networkutils: Any, port: Port) -> None:
    networkutils.set_vswitch_port_vsid(5001, port.name)
    networkutils.set_vswitch_port_mac_spoofing(port.name, True)
    feature = port.feature(SECURITY)
    assert (feature["VirtualSubnetId"], feature["AllowMacSpoofing"]) == (5001, True)
    networkutils.set_vswitch_port_mac_spoofing(port.name, False)
    assert port.feature(SECURITY)["AllowMacSpoofing"] is False


@proves(
    "networkutils.NetworkUtils.set_vswitch_port_sriov", "networkutils.NetworkUtils.set_vswitch_port_offload"
)
def test_offloads_are_changed(networkutils: Any, port: Port) -> None:
    networkutils.set_vswitch_port_sriov(port.name, True)
    assert port.feature(OFFLOAD)["IOVOffloadWeight"] == 100
    networkutils.set_vswitch_port_offload(
        port.name, sriov_enabled=False, iov_queues_requested=4, vmq_enabled=False, offloaded_sa=99
    )
    feature = port.feature(OFFLOAD)
    assert (feature["IOVOffloadWeight"], feature["IOVQueuePairsRequested"]) == (0, 4)
    assert (feature["VMQOffloadWeight"], feature["IPSecOffloadLimit"]) == (0, 99)


@proves("networkutils.NetworkUtils.set_vswitch_port_profile_id")
def test_a_profile_is_set_and_set_again(networkutils: Any, port: Port) -> None:
    for label in (1111, 2222):
        profile_id = f"{{{uuid4()}}}"
        networkutils.set_vswitch_port_profile_id(
            port.name,
            profile_id,
            profile_data=1,
            profile_name="OpenStackProfile",
            vendor_name="NetworkController",
            net_cfg_instance_id="{56785678-a0e5-4a26-bc9b-c0cba27311a3}",
            cdn_label_id=label,
            cdn_label_string="OpenStackCdn",
            vendor_id="{1FA41B39-B444-4E43-B35A-E1F7985FD548}",
        )
        feature = port.feature(PROFILE)
        assert (feature["ProfileId"], feature["ProfileName"]) == (profile_id, "OpenStackProfile")
        assert (feature["CdnLabelId"], feature["CdnLabelString"]) == (label, "OpenStackCdn")
        assert (feature["VendorName"], feature["ProfileData"]) == ("NetworkController", 1)


@proves("networkutils.NetworkUtils.set_port_qos_rule", "networkutils.NetworkUtils.remove_port_qos_rule")
def test_bandwidth_is_limited_and_freed(networkutils: Any, port: Port) -> None:
    rule = {"min_kbps": 20_000, "max_kbps": 40_000, "max_burst_kbps": 50_000, "max_burst_size_kb": 1_000}
    for _ in range(2):
        networkutils.set_port_qos_rule(port.name, rule)
        feature = port.feature(BANDWIDTH)
        assert (feature["Reservation"], feature["Limit"]) == (20_000 * KI, 40_000 * KI)
        assert (feature["BurstLimit"], feature["BurstSize"]) == (50_000 * KI, 1_000 * KI)
    networkutils.remove_port_qos_rule(port.name)
    assert port.features(BANDWIDTH) == []


@proves("networkutils.NetworkUtils.set_port_qos_rule")
def test_a_switch_by_weight_guarantees_no_numbers(
    networkutils: Any, ours: Session, vmutils: Any, port: Port
) -> None:
    make_switch(ours, "by weight", bandwidth_mode=1)
    vmutils.create_nic(port.name.removeprefix("port of "), "weighty", "02:00:00:00:00:02")
    networkutils.connect_vnic_to_vswitch("by weight", "weighty")
    with pytest.raises(exceptions.InvalidParameterValue, match="qos_rule"):
        networkutils.set_port_qos_rule("weighty", {"min_kbps": 20_000})
    assert Port(ours, "weighty").features(BANDWIDTH) == []
