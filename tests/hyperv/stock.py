"""What machines are made from: a switch, an image and an ISO on an emulated host."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from openhyperv.files.image_cache import CachedImage, cache_image
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import service
from openhyperv.machine.drives import DiskFormat, FromImage
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.request import DiskRequest, DvdRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from tests.files.pictures import make_image, make_iso
from tests.hyperv.specs import GEN_2, GIB, machine_spec

SWITCH = "lab"
_SWITCH_SERVICE = service("Msvm_VirtualEthernetSwitchManagementService")


@frozen
class Stock:
    """An image to start disks from, and an ISO."""

    image: CachedImage
    iso: CachedImage

    @property
    def root(self) -> DiskRequest:
        """A disk on the image, which the machine boots from."""
        source = FromImage(str(self.image.path), DiskFormat.VHDX, self.image.info.virtual_size_bytes)
        return DiskRequest("root", source, size_bytes=GIB, boot_index=0)

    def spec(self, name: str = "machine") -> MachineSpec:
        """A machine with one of everything that takes a request of its own to create."""
        return machine_spec(
            name,
            GEN_2 | {"interactive_serial_port": "1"},
            disks=(self.root,),
            dvds=(DvdRequest("config", str(self.iso.path)),),
            network_adapters=(NetworkAdapter("eth0", "00155D000001", SWITCH, 7),),
        )


def add_switch(host: Host, name: str = SWITCH) -> None:
    """A private switch."""
    settings = Instance("Msvm_VirtualEthernetSwitchSettingData", {"ElementName": name})
    text = instance_to_text(settings, host.session.schema)
    host.session.run(_SWITCH_SERVICE, "DefineSystem", {"SystemSettings": text})


def provide(host: Host, folder: Path) -> Stock:
    """Put everything on the host."""
    add_switch(host)
    cache = host.layout.images
    return Stock(
        cache_image(host.share, make_image(folder, "dynamic.vhdx"), cache),
        cache_image(host.share, make_iso(folder), cache),
    )
