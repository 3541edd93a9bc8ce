"""The virtual switch that a host needs for its instances, as its administrator would make it."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.hyperv.host import Host
from openhyperv.transport.target import Target
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import select

_SERVICE = "Msvm_VirtualEthernetSwitchManagementService"
_CONNECTION: dict[str, Value] = {
    "ResourceType": 33,
    "ResourceSubType": "Microsoft:Hyper-V:Ethernet Connection",
}


def have_switch(target: Target, name: str) -> bool:
    """Have an external switch of that name, on the host's first adapter; false if it was there."""
    with Host.connect(target) as host:
        if any(switch.name == name for switch in host.switches.list()):
            return False
        _define(host.session, name)
    return True


def _define(session: Session, name: str) -> None:
    """[MS docs, DefineSystem of Msvm_VirtualEthernetSwitchManagementService]: settings and an uplink."""
    uplink = next(iter(session.query(select("Msvm_ExternalEthernetPort"))))
    port: dict[str, Value] = {**_CONNECTION, "HostResource": [str(uplink.path)]}
    settings = {
        "SystemSettings": _text(session, "Msvm_VirtualEthernetSwitchSettingData", {"ElementName": name}),
        "ResourceSettings": [_text(session, "Msvm_EthernetPortAllocationSettingData", port)],
    }
    session.run(ObjectPath(_SERVICE, {"CreationClassName": _SERVICE}), "DefineSystem", settings)


def _text(session: Session, class_name: str, values: dict[str, Value]) -> str:
    return instance_to_text(Instance(class_name, values), session.schema)
