"""What a virtual switch can leave to hardware, and what of it is in use."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.switches.offload_use import offload_use
from openhyperv.emulator.host.switches.switch import SWITCH, Switch, Switches
from openhyperv.emulator.providers.links import link, touching
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_DATA = "Msvm_EthernetSwitchHardwareOffloadData"
_NONE_SINCE_2016: dict[str, Value] = {
    "DefaultQueueVmmqEnabled": False,
    "DefaultQueueVmmqQueuePairs": 0,
    "DefaultQueueVrssEnabled": False,
    "PacketDirectInUse": False,
}


class SwitchOffloadProvider:
    """Msvm_EthernetSwitchHardwareOffloadData of each switch."""

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches

    @instances_of(_DATA)
    def all(self) -> Iterator[Instance]:
        """Of every switch."""
        return map(self._instance, self._switches)

    @lookup(_DATA)
    def one(self, path: ObjectPath) -> Instance | None:
        """Of one switch."""
        return next((data for data in self.all() if data.path == path), None)

    @links("Msvm_EthernetSwitchInfo")
    def info(self, end: ObjectPath) -> Iterator[Instance]:
        """From each switch to its data."""
        ends = ({"Antecedent": switch.path, "Dependent": _path(switch)} for switch in self._switches)
        return touching(end, (link("Msvm_EthernetSwitchInfo", both) for both in ends))

    def _instance(self, switch: Switch) -> Instance:
        path = _path(switch)
        values: dict[str, Value] = {
            **path.keys,
            "Caption": "Ethernet Switch Offload Resource Status",
            "Description": "Represents the switch hardware offload status.",
            "ElementName": "Ethernet Switch Offload Resource Status",
            **self._resources(switch),
        }
        if self._host.profile.has(Release.WS2016):
            values |= _NONE_SINCE_2016
        return Instance(_DATA, values, path=path)

    def _resources(self, switch: Switch) -> dict[str, Value]:
        """What the adapters behind the switch offer, and what ports of running machines have of it."""
        use = offload_use(self._host, self._switches, switch)
        return {
            "IovQueuePairCapacity": use.offered.queue_pairs,
            "IovQueuePairUsage": use.taken.queue_pairs,
            "IovVfCapacity": use.offered.virtual_functions,
            "IovVfUsage": use.taken.virtual_functions,
            "IPsecSACapacity": use.offered.ipsec_associations,
            "IPsecSAUsage": use.taken.ipsec_associations,
            "VmqCapacity": use.offered.vmqs,
            "VmqUsage": use.taken.vmqs,
        }


def _path(switch: Switch) -> ObjectPath:
    return ObjectPath(
        _DATA,
        {
            "CreationClassName": _DATA,
            "Name": switch.guid,  # UNVERIFIED: the Name of a switch's offload data
            "SystemCreationClassName": SWITCH,
            "SystemName": switch.guid,
        },
    )
