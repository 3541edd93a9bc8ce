"""The features of virtual switches and their ports: which there are, their defaults and bounds.

GUIDs are the UUID qualifiers of the classes; defaults and bounds: Microsoft's class pages.
"""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.cim.release import Release
from openhyperv.emulator.host.switches.feature_kind import Applicability, FeatureKind
from openhyperv.emulator.host.switches.feature_rules import (
    HIGHEST_VLAN,
    check_acl,
    check_extended_acl,
    check_offload,
    check_routing_domain,
    check_security,
    check_teaming,
    check_vlan,
)

_WEIGHT = (0, 100)
_AT_LEAST_ONE = (1, (1 << 32) - 1)
_VLAN = (0, HIGHEST_VLAN)
_NO_GUID = "{00000000-0000-0000-0000-000000000000}"

VLAN = FeatureKind(
    guid="952C5004-4465-451C-8CB8-FA9AB382B773",
    class_name="Msvm_EthernetSwitchPortVlanSettingData",
    caption="Ethernet Switch Port VLAN Settings",
    values={
        "OperationMode": 1,
        "AccessVlanId": 0,
        "NativeVlanId": 0,
        "PvlanMode": 0,
        "PrimaryVlanId": 0,
        "SecondaryVlanId": 0,
        "TrunkVlanIdArray": [],
        "PruneVlanIdArray": [],
        "SecondaryVlanIdArray": [],
    },
    bounds={
        "AccessVlanId": _VLAN,
        "NativeVlanId": _VLAN,
        "PrimaryVlanId": _VLAN,
        "SecondaryVlanId": _VLAN,
    },
    rule=check_vlan,
)
SECURITY = FeatureKind(
    guid="776E0BA7-94A1-41C8-8F28-951F524251B5",
    class_name="Msvm_EthernetSwitchPortSecuritySettingData",
    caption="Ethernet Switch Port Security Settings",
    values={
        "AllowMacSpoofing": False,
        "EnableDhcpGuard": False,
        "EnableRouterGuard": False,
        "AllowIeeePriorityTag": False,
        "AllowTeaming": False,
        "MonitorMode": 0,
        "MonitorSession": 0,
        "VirtualSubnetId": 0,
        "TeamName": "",
        "TeamNumber": 0,
        "StormLimit": 0,
        "DynamicIPAddressLimit": 0,
        "EnableFixSpeed10G": False,
    },
    bounds={"MonitorMode": (0, 2), "VirtualSubnetId": (0, 16_777_215)},
    rule=check_security,
)
BANDWIDTH = FeatureKind(
    guid="24AD3CE1-69BD-4978-B2AC-DAAD389D699C",
    class_name="Msvm_EthernetSwitchPortBandwidthSettingData",
    caption="Ethernet Switch Port Bandwidth Settings",
    values={"BurstLimit": 0, "BurstSize": 0, "Limit": 0, "Reservation": 0, "Weight": 0},
    bounds={"Weight": _WEIGHT},
)
ACL = FeatureKind(
    guid="998BEF4A-5D55-492A-9C43-8B2F5EAE9F2B",
    class_name="Msvm_EthernetSwitchPortAclSettingData",
    caption="Ethernet Switch Port ACL Settings",
    is_multiple=True,
    values={"Name": "", "LocalAddress": "", "RemoteAddress": "", "LocalAddressPrefixLength": 0},
    bounds={"AclType": (1, 3), "Action": (1, 3), "Direction": (1, 2), "Applicability": (1, 2)},
    rule=check_acl,
)
EXTENDED_ACL = FeatureKind(
    guid="CD168FF0-A16D-4514-B7B5-8BBBA791A928",
    class_name="Msvm_EthernetSwitchPortExtendedAclSettingData",
    caption="Ethernet Switch Port Extended ACL Settings",
    is_multiple=True,
    values={
        "Name": "",
        "LocalIPAddress": "ANY",
        "RemoteIPAddress": "ANY",
        "LocalPort": "ANY",
        "RemotePort": "ANY",
        "Protocol": "ANY",
        "Stateful": False,
        "IdleSessionTimeout": 255,
        "IsolationID": 0,
        "Weight": 1,
    },
    bounds={"Action": (1, 2), "Direction": (1, 2), "Weight": (1, 65_535)},
    rule=check_extended_acl,
    unique=("Direction", "Weight"),
    since=Release.WS2012R2,
)
OFFLOAD = FeatureKind(
    guid="C885BFD1-ABB7-418F-8163-9F379C9F7166",
    class_name="Msvm_EthernetSwitchPortOffloadSettingData",
    caption="Ethernet Switch Port Offload Settings",
    values={
        "IOVInterruptModeration": 0,
        "IOVOffloadWeight": 0,
        "IOVQueuePairsRequested": 1,
        "IPSecOffloadLimit": 512,
        "VMQOffloadWeight": 100,
        "PacketDirectNumProcs": 1,
        "PacketDirectModerationCount": 0,
        "PacketDirectModerationInterval": 0,
        "VmmqEnabled": True,
        "VmmqQueuePairs": 16,
        "VrssEnabled": True,
        "VrssExcludePrimaryProcessor": False,
        "VrssIndependentHostSpreading": False,
        "VrssMinQueuePairs": 1,
        "VrssQueueSchedulingMode": 2,
        "VrssVmbusChannelAffinityPolicy": 3,
        "RscEnabled": True,
    },
    bounds={
        "VMQOffloadWeight": _WEIGHT,
        "IOVOffloadWeight": _WEIGHT,
        "IOVQueuePairsRequested": _AT_LEAST_ONE,
        "VmmqQueuePairs": _AT_LEAST_ONE,
    },
    rule=check_offload,
)
PROFILE = FeatureKind(
    guid="9940CD46-8B06-43BB-B9D5-93D50381FD56",
    class_name="Msvm_EthernetSwitchPortProfileSettingData",
    caption="Ethernet Switch Port Profile Settings",
    values={
        "NetCfgInstanceId": _NO_GUID,
        "ProfileId": _NO_GUID,
        "VendorId": _NO_GUID,
        "VendorName": "",
        "ProfileName": "",
        "CdnLabelId": 0,
        "CdnLabelString": "",
        "ProfileData": 0,
        "PciSegmentNumber": 0,
        "PciBusNumber": 0,
        "PciDeviceNumber": 0,
        "PciFunctionNumber": 0,
    },
)
ISOLATION = FeatureKind(
    guid="83AF2CCB-72C9-4479-A285-94E58A98CAA6",
    class_name="Msvm_EthernetSwitchPortIsolationSettingData",
    caption="Ethernet Switch Port Isolation Settings",
    values={
        "IsolationMode": 0,
        "AllowUntaggedTraffic": False,
        "DefaultIsolationId": 0,
        "EnableMultiTenantStack": False,
    },
    bounds={"IsolationMode": (0, 3)},
    since=Release.WS2012R2,
)
ROUTING_DOMAIN = FeatureKind(
    guid="BF874DF0-F729-4312-A0FA-194271B88990",
    class_name="Msvm_EthernetSwitchPortRoutingDomainSettingData",
    caption="Ethernet Switch Port Routing Domain Settings",
    is_multiple=True,
    values={"RoutingDomainName": "", "IsolationIdList": [], "IsolationIdNameList": []},
    rule=check_routing_domain,
    unique=("RoutingDomainGuid",),
    since=Release.WS2012R2,
)
RDMA = FeatureKind(
    guid="7A498FC4-8572-4FDC-92AB-7A6FC7042D53",
    class_name="Msvm_EthernetSwitchPortRdmaSettingData",
    caption="Ethernet Switch Port RDMA Settings",
    values={"RdmaOffloadWeight": 0},
    bounds={"RdmaOffloadWeight": _WEIGHT},
    since=Release.WS2016,
)
TEAM_MAPPING = FeatureKind(
    guid="8D45D4BD-8C18-435C-98A7-D632A7C618FF",
    class_name="Msvm_EthernetSwitchPortTeamMappingSettingData",
    caption="Ethernet Switch Port Team Mapping Settings",
    values={"NetAdapterName": "", "NetAdapterDeviceId": "", "DisableOnFailover": 0},
    since=Release.WS2016,
)
SWITCH_BANDWIDTH = FeatureKind(
    guid="3EB2B8E8-4ABF-4DBF-9071-16DD47481FBE",
    class_name="Msvm_VirtualEthernetSwitchBandwidthSettingData",
    caption="Ethernet Switch Bandwidth Settings",
    applicability=Applicability.SWITCH,
    values={"DefaultFlowReservation": 0, "DefaultFlowWeight": 0},
    bounds={"DefaultFlowWeight": _WEIGHT},
)
SWITCH_TEAMING = FeatureKind(
    guid="17AD26F1-DD6F-4ED9-BD2F-3750ADE6B68B",
    class_name="Msvm_VirtualEthernetSwitchNicTeamingSettingData",
    caption="Ethernet Switch NIC Teaming Settings",
    applicability=Applicability.SWITCH,
    values={"TeamingMode": 1, "LoadBalancingAlgorithm": 5},
    rule=check_teaming,
    since=Release.WS2016,
)
SWITCH_OFFLOAD = FeatureKind(
    guid="1550E863-4337-4917-A040-5A27DBC58B59",
    class_name="Msvm_EthernetSwitchHardwareOffloadSettingData",
    caption="Ethernet Switch Hardware Offload Settings",
    applicability=Applicability.SWITCH,
    values={
        "DefaultQueueVmmqEnabled": True,
        "DefaultQueueVmmqQueuePairs": 16,
        "DefaultQueueVrssEnabled": True,
        "DefaultQueueVrssExcludePrimaryProcessor": False,
        "DefaultQueueVrssIndependentHostSpreading": True,
        "DefaultQueueVrssMinQueuePairs": 1,
        "DefaultQueueVrssQueueSchedulingMode": 2,
        "SoftwareRscEnabled": True,
        "RscOffloadEnabled": False,
    },
    since=Release.WS2016,
)

FEATURES: Sequence[FeatureKind] = (
    ACL,
    BANDWIDTH,
    EXTENDED_ACL,
    ISOLATION,
    OFFLOAD,
    PROFILE,
    RDMA,
    ROUTING_DOMAIN,
    SECURITY,
    TEAM_MAPPING,
    VLAN,
    SWITCH_BANDWIDTH,
    SWITCH_OFFLOAD,
    SWITCH_TEAMING,
)
