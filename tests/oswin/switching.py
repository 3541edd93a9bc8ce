"""Virtual switches for os-win's machines, and their ports as our own client reads them."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import equal, select

SWITCH = "Msvm_VirtualEthernetSwitch"
CONNECTION = "Msvm_EthernetPortAllocationSettingData"
_SERVICE = "Msvm_VirtualEthernetSwitchManagementService"


def make_switch(
    session: Session,
    name: str,
    *,
    adapter: str = "",
    bandwidth_mode: int = 0,
    has_iov: bool = False,
    is_shared: bool = False,
) -> Instance:
    """Define a switch: private, or on the physical adapter of that name, which the host may share."""
    settings: dict[str, Value] = {
        "ElementName": name,
        "BandwidthReservationMode": bandwidth_mode,
        "IOVPreferred": has_iov,
    }
    ports = [_uplink(session, adapter)] if adapter else []
    if is_shared:
        ports.append(_host_port(session, name))
    result = session.run(
        ObjectPath(_SERVICE, {"CreationClassName": _SERVICE}),
        "DefineSystem",
        {
            "SystemSettings": _text(session, "Msvm_VirtualEthernetSwitchSettingData", settings),
            "ResourceSettings": ports,
        },
    )
    path = result["ResultingSystem"]
    assert isinstance(path, ObjectPath)
    return session.get(path)


def _uplink(session: Session, adapter: str) -> str:
    query = select("Msvm_ExternalEthernetPort").where(equal("ElementName", adapter))
    (found,) = session.query(query)
    return _port(session, {"HostResource": [str(found.path)]})


def _host_port(session: Session, name: str) -> str:
    query = select("Msvm_ComputerSystem").where(equal("Caption", "Hosting Computer System"))
    (host,) = session.query(query)
    return _port(session, {"ElementName": name, "HostResource": [str(host.path)]})


def _port(session: Session, own: dict[str, Value]) -> str:
    kind: dict[str, Value] = {
        "ResourceType": 33,
        "ResourceSubType": "Microsoft:Hyper-V:Ethernet Connection",
    }
    return _text(session, CONNECTION, {**kind, **own})


def _text(session: Session, class_name: str, values: dict[str, Value]) -> str:
    return instance_to_text(Instance(class_name, values), session.schema)


@frozen
class Port:
    """The connection of a machine's adapter, found by its name; everything is read anew each time."""

    session: Session
    name: str

    @property
    def connections(self) -> list[Instance]:
        """Its settings, if it is there."""
        return list(self.session.query(select(CONNECTION).where(equal("ElementName", self.name))))

    @property
    def connection(self) -> Instance:
        """Its setting."""
        (connection,) = self.connections
        return connection

    def features(self, class_name: str) -> list[Instance]:
        """Its features of a class."""
        path = self.connection.path
        assert path is not None
        return list(self.session.associators(path, "Msvm_EthernetPortSettingDataComponent", class_name))

    def feature(self, class_name: str) -> Instance:
        """Its only feature of a class."""
        (feature,) = self.features(class_name)
        return feature


def connected_port(networkutils: Any, vmutils: Any, session: Session, name: str) -> Port:
    """``port of NAME``, the adapter of a new machine NAME, connected to ``switch of NAME`` by os-win."""
    vmutils.create_vm(name, False, 2, r"C:\openstack\instances")
    vmutils.create_nic(name, f"port of {name}", "02:00:00:00:00:01")
    networkutils.connect_vnic_to_vswitch(f"switch of {name}", f"port of {name}")
    return Port(session, f"port of {name}")
