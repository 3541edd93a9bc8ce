"""Where cables lead, by what a host says of them; what leads elsewhere is left out."""

from __future__ import annotations

from openhyperv.hyperv.switches.cabling import SwitchPort, cabling_of
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

CABLE = "Msvm_EthernetPortAllocationSettingData"
SWITCH = "9A3CE36C-2F2E-4F4E-8D9B-2B1C6E5E3A11"
MACHINE = "0F4E0DB5-2F6A-4A0E-8B0F-6A4A2A1B7C11"
CARD = "5C2C4E0C-9E1A-4B5F-8C1D-2D6C0B0F7A11"
KEYS = 'CreationClassName="x",SystemCreationClassName="Msvm_ComputerSystem",SystemName="HV1"'


def cable(key: str, *resources: str, enabled: int = 2) -> Instance:
    values: dict[str, Value] = {
        "InstanceID": f"Microsoft:{key}",
        "ElementName": "name",
        "HostResource": list(resources),
        "EnabledState": enabled,
    }
    return Instance(CABLE, values)


def card(class_name: str) -> str:
    return rf'\\HV1\root\virtualization\v2:{class_name}.{KEYS},DeviceID="Microsoft:{{{CARD}}}"'


SWITCH_PATH = rf'\\HV1\root\virtualization\v2:Msvm_VirtualEthernetSwitch.Name="{SWITCH.lower()}"'
HOST_PATH = r'\\HV1\root\virtualization\v2:Msvm_ComputerSystem.Name="HV1"'


def test_ports_lead_to_cards_wireless_ones_too_and_to_the_host() -> None:
    for class_name in ("Msvm_ExternalEthernetPort", "Msvm_WiFiPort"):
        found = cabling_of([cable(f"{SWITCH}\\a", card(class_name)), cable(f"{SWITCH}\\b", HOST_PATH)])
        assert found.uplink(SWITCH) == SwitchPort(f"Microsoft:{SWITCH}\\a", "name", (CARD,))
        assert found.management_ports(SWITCH) == (SwitchPort(f"Microsoft:{SWITCH}\\b", "name"),)
        assert found.switch_of_card(CARD) == SWITCH


def test_machines_are_plugged_in_while_their_cables_are_enabled() -> None:
    rows = [
        cable(f"{MACHINE}\\one\\C", SWITCH_PATH),
        cable(f"{MACHINE}\\two\\C", SWITCH_PATH, enabled=3),
        cable(f"{MACHINE}\\three\\C"),
    ]
    (plug,) = cabling_of(rows).plugs(SWITCH)
    assert (plug.owner_guid, plug.key) == (MACHINE, f"Microsoft:{MACHINE}\\one\\C")


def test_what_leads_nowhere_is_no_port() -> None:
    elsewhere = r'\\HV1\root\virtualization\v2:Msvm_Elsewhere.Name="x"'
    rows = [cable(f"{SWITCH}\\a"), cable(f"{SWITCH}\\b", "no path"), cable(f"{SWITCH}\\c", elsewhere)]
    found = cabling_of(rows)
    assert found.uplink(SWITCH) is None
    assert found.management_ports(SWITCH) == ()
    assert found.switch_of_card(CARD) is None
