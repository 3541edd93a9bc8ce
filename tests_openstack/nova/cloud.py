"""A cloud in this process: Nova's own services and fixtures, our driver, and emulated hosts over sockets."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import fixtures
import nova.conf
from nova import context, utils
from nova.tests.functional import integrated_helpers
from nova.virt import node
from tests.emulated import ACCOUNT, emulated_host, target_of
from tests.files.pictures import make_image
from tests.witness import Witness

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.nova import options
from tests_openstack.nova.bindings import bind_ports_as
from tests_openstack.nova.one_cell import stay_in_one_cell

options.register(nova.conf.CONF)
GEN_2 = {"hw_machine_type": "hyperv-gen2"}

_RETRIES = 120
"""How often Nova's fixtures look at a server, every half second, before they give up."""


class Cloud(integrated_helpers.ProviderUsageBaseTestCase):
    """One emulated host, ``hv1``, run by nova-compute; ``self.host`` is our own look at it."""

    compute_driver = "openhyperv.HyperVDriver"
    host_options: Mapping[str, Any] = MappingProxyType({})
    vif_type = "hyperv"
    """What Neutron binds ports as."""

    def setUp(self) -> None:
        # Nova's fixture looks for it beside the package, where the wheel does not put it
        self.flags(api_paste_config=str(Path(sys.prefix) / "etc/nova/api-paste.ini"), group="wsgi")
        super().setUp()
        stay_in_one_cell(self)
        bind_ports_as(self.neutron, self.vif_type)
        self.folder = Path(self.useFixture(fixtures.TempDir()).path)
        self.flags(state_path=str(self.folder / "state"))
        self.rules = Witness()
        self.node_uuids: dict[str, str] = {}
        self.emulated = self.start_host("hv1")
        self.host = self.client_of(self.emulated)
        self.compute = self.start_compute("hv1", self.emulated)
        self.driver = self.compute.manager.driver

    def _wait_for_server_parameter(
        self, server: dict[str, Any], wanted: dict[str, Any], max_retries: int = 0, **options: Any
    ) -> dict[str, Any]:
        """Nova's own, which gives up after five seconds: too soon for a machine that is busy."""
        retries = max(max_retries, _RETRIES)
        return dict(super()._wait_for_server_parameter(server, wanted, retries, **options))

    def start_host(self, name: str, **options: Any) -> EmulatedHost:
        """An emulated host with files, for as long as the test runs."""
        chosen = {"name": name, "has_files": True, **self.host_options, **options}
        running = emulated_host(self.folder / name, self.rules, **chosen)
        host = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        return host

    def client_of(self, emulated: EmulatedHost) -> Host:
        """Our own client, which sees what the driver did."""
        host = Host.connect(target_of(emulated))
        self.addCleanup(host.close)
        return host

    def start_compute(self, name: str, emulated: EmulatedHost) -> Any:
        """A nova-compute that runs the host."""
        target = target_of(emulated)
        self.flags(
            group="openhyperv",
            address=target.host,
            port=target.port,
            smb_port=target.smb_port,
            username=ACCOUNT.name,
            password=ACCOUNT.password,
        )
        node.LOCAL_NODE_UUID = self.node_uuids.setdefault(name, str(uuid4()))  # as the file compute_id
        return self._start_compute(name)

    def image(self, name: str = "dynamic.vhdx", disk_format: str = "vhdx", **properties: str) -> str:
        """Register an image of 8 MiB with Glance; returns its identifier."""
        return self.register(make_image(self.folder, name), disk_format, **properties)

    def register(self, file: Path, disk_format: str, **properties: str) -> str:
        """Register a file with Glance; returns the image's identifier."""
        content = file.read_bytes()
        metadata = {
            "name": file.name,
            "disk_format": disk_format,
            "container_format": "bare",
            "size": len(content),
            "min_disk": 0,
            "min_ram": 0,
            "visibility": "public",
            "properties": properties,
        }
        admin = context.get_admin_context()
        return str(self.glance.create(admin, metadata, io.BytesIO(content))["id"])

    def flavor(
        self, *, memory_mb: int = 512, vcpus: int = 1, root_gb: int = 1, ephemeral_gb: int = 0, **specs: str
    ) -> str:
        """A flavor; ``specs`` are extra specs, with ``__`` for the colon."""
        extra = {name.replace("__", ":"): value for name, value in specs.items()}
        return str(
            self._create_flavor(
                vcpu=vcpus, memory_mb=memory_mb, disk=root_gb, ephemeral=ephemeral_gb, extra_spec=extra
            )
        )

    def server(self, image: str, **options: Any) -> dict[str, Any]:
        """A server that has become ACTIVE, without a network."""
        chosen = {"networks": "none", "flavor_id": self.flavor(), **options}
        return dict(self._create_server(image_uuid=image, **chosen))

    def reason(self, server: dict[str, Any], event: str) -> str:
        """Why something failed, which it did once."""
        (details,) = self.reasons(server, event)
        return details

    def reasons(self, server: dict[str, Any], event: str) -> list[str]:
        """Why something failed, as administrators read it (openstack server event show); the last first."""
        path = f"/servers/{server['id']}/os-instance-actions"
        with utils.temporary_mutation(self.admin_api, microversion="2.84"):
            actions = self.admin_api.api_get(path).body["instanceActions"]
            shown = [self.admin_api.api_get(f"{path}/{each['request_id']}").body for each in actions]
        events = [found for each in shown for found in each["instanceAction"]["events"]]
        return [found["details"] for found in events if found["event"] == event and found["details"]]

    def machine(self, server: dict[str, Any]) -> VirtualMachine:
        """The machine of a server, as our own client sees it."""
        return self.host.machine(server["OS-EXT-SRV-ATTR:instance_name"])
