"""Machines of the host that os-win works on, as our own client reads them."""

from __future__ import annotations

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import parse_path
from openhyperv.wire.wql import equal, select

FOLDER = r"C:\openstack\instances"
"""Where os-win is told to keep its machines."""
REALIZED = "Microsoft:Hyper-V:System:Realized"
_SETTINGS = "Msvm_VirtualSystemSettingData"


@frozen
class Machine:
    """One virtual machine, found by its name; everything is read anew each time."""

    session: Session
    name: str

    @property
    def system(self) -> Instance:
        """Its Msvm_ComputerSystem."""
        query = select("Msvm_ComputerSystem").where(equal("ElementName", self.name))
        (system,) = self.session.query(query)
        return system

    @property
    def settings(self) -> Instance:
        """Its present settings."""
        named = equal("ElementName", self.name) & equal("VirtualSystemType", REALIZED)
        (settings,) = self.session.query(select(_SETTINGS).where(named))
        return settings

    @property
    def state(self) -> object:
        """Its EnabledState."""
        return self.system["EnabledState"]

    def devices(self, class_name: str, sub_type: str = "") -> list[Instance]:
        """The settings of its devices of a class, and of a ResourceSubType without ``Microsoft:Hyper-V:``."""
        own = f"{self.settings['InstanceID']}\\"
        return [
            device
            for device in self.session.enumerate(class_name)
            if str(device["InstanceID"]).startswith(own)
            and (not sub_type or device["ResourceSubType"] == f"Microsoft:Hyper-V:{sub_type}")
        ]

    def device(self, class_name: str, sub_type: str = "") -> Instance:
        """The only one of its devices of that kind."""
        (device,) = self.devices(class_name, sub_type)
        return device

    @property
    def snapshots(self) -> list[Instance]:
        """The settings of its checkpoints."""
        path = self.system.path
        assert path is not None
        return list(self.session.associators(path, "Msvm_SnapshotOfVirtualSystem", _SETTINGS))


def exists(session: Session, name: str) -> bool:
    """True where the host has a machine of that name."""
    return any(session.query(select("Msvm_ComputerSystem").where(equal("ElementName", name))))


def at(session: Session, path: str) -> Instance:
    """The object that a path of os-win's names."""
    return session.get(parse_path(path))
