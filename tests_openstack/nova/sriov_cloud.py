"""A cloud whose hosts have switches with SR-IOV, and ports of the type ``direct`` in Neutron."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from nova.objects.pci_device import PciDevice
from oslo_serialization import jsonutils

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Hardware, NetworkAdapter, Offload
from openhyperv.machine.port import PortSpec
from openhyperv.machine.port_offload import PortOffload
from openhyperv.machine.switch import SwitchSpec
from tests_openstack.nova.cloud import Cloud
from tests_openstack.nova.filters import filter_devices_and_numa

PHYSNET = "physnet2"
"""Where the ports of type ``direct`` of Nova's fixture are."""
KIND = {"vendor_id": "1af4", "product_id": "1041"}


def card(name: str, function: int = 0, *, functions: int = 2) -> NetworkAdapter:
    """A card, or one of the ports of a card, at 0000:3b:00."""
    return NetworkAdapter(
        guid=f"5C2C4E0C-9E1A-4B5F-8C1D-2D6C0B0F7A1{function}",
        name=name,
        mac=f"00155D00AA0{function}",
        offload=Offload(virtual_functions=functions, queue_pairs=8),
        bus=0x3B,
        slot=0,
        function=function,
    )


class SriovCloud(Cloud):
    """Each host has the switch ``fast`` with two virtual functions, which serve PHYSNET."""

    host_options = MappingProxyType({"hardware": Hardware(adapters=[card("Fast Adapter")])})
    device_specs: tuple[Mapping[str, str], ...] = ({**KIND, "physical_network": PHYSNET},)
    switches: tuple[SwitchSpec, ...] = (
        SwitchSpec(name="fast", adapters=("Fast Adapter",), iov_preferred=True),
    )

    def setUp(self) -> None:
        self.flags(group="pci", device_spec=[jsonutils.dumps(dict(spec)) for spec in self.device_specs])
        filter_devices_and_numa(self)
        super().setUp()
        self.add_direct_ports()

    def start_host(self, name: str, **options: Any) -> EmulatedHost:
        """A host with its switches."""
        emulated = super().start_host(name, **options)
        host = self.client_of(emulated)
        for switch in self.switches:
            host.switches.create(switch)
        return emulated

    def add_direct_ports(self) -> None:
        """Those that Nova's fixture describes, and does not have."""
        neutron = self.neutron
        neutron._networks[neutron.network_2["id"]] = neutron.network_2
        neutron._subnets[neutron.subnet_2["id"]] = neutron.subnet_2
        for port in (neutron.sriov_port, neutron.sriov_port2):
            neutron._ports[port["id"]] = copy.deepcopy(port) | {"binding:vif_type": self.vif_type}

    def with_port(self, port_id: str, **options: Any) -> dict[str, Any]:
        """A server that has become ACTIVE with that port."""
        return self.server(self.picture, networks=[{"port": port_id}], **options)

    def refused(self, port_id: str) -> str:
        """Why a server with that port is in ERROR."""
        server = self._create_server(
            image_uuid=self.picture,
            flavor_id=self.flavor(),
            networks=[{"port": port_id}],
            expected_state="ERROR",
        )
        self._delete_server(server)
        return str(server["fault"]["message"])

    def profile(self, port_id: str) -> dict[str, Any]:
        """What Nova has told Neutron of where a port is."""
        found: dict[str, Any] = self.neutron._ports[port_id]["binding:profile"]
        return found

    def devices(self, compute: Any = None) -> list[PciDevice]:
        """What Nova knows of a host's devices."""
        tracker = (compute or self.compute).manager.rt.pci_tracker
        return list(tracker.pci_devs)

    def taken(self, compute: Any = None) -> list[str]:
        """The addresses that servers have."""
        return [device.address for device in self.devices(compute) if device.instance_uuid]

    def bind(self, port_id: str) -> None:
        """What the Neutron agent does with a port that has a ``pci_slot``."""
        self.host.bind_port(port_id, PortSpec(switch="fast", offload=PortOffload(iov_weight=100)))

    def functions_in_use(self) -> int:
        """How many machines have, as the host itself says."""
        return sum(each.virtual_functions.used for each in self.host.devices.sriov_cards())
