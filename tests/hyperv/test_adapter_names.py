"""What the network adapters of a host are called, however many there are."""

from __future__ import annotations

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.device_changes import add_devices
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.ports.adapter_names import adapter_names
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.wire.instance import Instance
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_1, machine_spec

LEGACY = {
    "ResourceType": 10,
    "ResourceSubType": "Microsoft:Hyper-V:Emulated Ethernet Port",
    "ElementName": "pxe",
}


def test_those_of_every_machine_and_kind_in_two_requests(emulated: EmulatedHost, host: Host) -> None:
    adapters = (NetworkAdapter("lan"), NetworkAdapter("dmz"))
    one, other = (host.create(machine_spec(name, GEN_1, network_adapters=adapters)) for name in ("a", "b"))
    add_devices(host.session, other.guid, [Instance("Msvm_EmulatedEthernetPortSettingData", LEGACY)])
    with requests(emulated, host) as asked:
        names = adapter_names(host.session)
    assert {"lan", "dmz", "pxe"} <= names
    assert asked == ["Enumerate", "Enumerate"]
    one.delete()
    other.delete()
    assert not {"lan", "dmz", "pxe"} & adapter_names(host.session)
