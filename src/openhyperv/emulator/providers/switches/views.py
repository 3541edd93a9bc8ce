"""Virtual switches as CIM instances."""

from __future__ import annotations

from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.switches.defaults import SWITCH_SETTINGS
from openhyperv.emulator.host.switches.switch import SWITCH, Switch
from openhyperv.emulator.providers.elements import HEALTHY
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value


def switch_instance(switch: Switch) -> Instance:
    """The Msvm_VirtualEthernetSwitch; values as recorded."""
    values: dict[str, Value] = {
        **HEALTHY,
        "CreationClassName": SWITCH,
        "Name": switch.guid,
        "ElementName": switch.name,
        "Caption": "Virtual Switch",
        "Description": "Microsoft Virtual Switch",
        "Dedicated": [38],
        "EnabledDefault": 2,
        "EnabledState": 5,
        "RequestedState": 12,
        "ResetCapability": 5,
        "IdentifyingDescriptions": ["Virtual Switch Extension Miniport Adapter Id"],
        "OtherIdentifyingInfo": [f"{{{switch.miniport}}}"],
        "MaxIOVOffloads": 0,
        "MaxVMQOffloads": 0,
    }
    return Instance(SWITCH, values, path=switch.path)


def switch_settings(switch: Switch) -> Instance:
    """The Msvm_VirtualEthernetSwitchSettingData."""
    configuration = switch.configuration
    values: dict[str, Value] = {
        **configuration.defaults,
        **configuration.values,
        "InstanceID": configuration.instance_id,
        "VirtualSystemIdentifier": switch.guid,
        "ConfigurationID": switch.guid,
        "CreationTime": switch.created,
    }
    return Instance(SWITCH_SETTINGS, values, path=setting_path(SWITCH_SETTINGS, configuration.instance_id))
