"""What a first server needs: an image, a flavor and a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen
from openstack.connection import Connection

from lab.services.neutron import PHYSICAL_NETWORK
from openhyperv.emulator.debian_guest.boot_files import default_cache, fetch
from openhyperv.emulator.debian_guest.guests import build_all

SECURE_BOOT = {
    "hw_machine_type": "hyperv-gen2",
    "os_secure_boot": "required",
    "os_type": "linux",
    "img_hv_type": "hyperv",
    "hypervisor_version_requires": ">=10.0",
}
"""Nova compares versions only for images that name their hypervisor."""
NETWORK, FLAVOR = "lab", "lab.small"
_SUBNET_RANGE = "192.0.2.0/24"


@frozen
class Image:
    """An image to have in Glance: its name, its file, what kind of file it is called, and its properties."""

    name: str
    file: Path
    disk_format: str
    properties: Mapping[str, str]


def guest_file(folder: Path, variant: str, disk_format: str) -> Path:
    """A small Debian guest, built unless it is there."""
    file = folder / f"{variant}.{disk_format}"
    if not file.exists():
        list(build_all(folder, fetch(default_cache()), (variant,)))
    return file


def have_image(cloud: Connection, image: Image) -> str:
    """Have the image, for everybody; gives its identifier."""
    found = next(cloud.image.images(name=image.name, status="active"), None)
    found = found or cloud.image.create_image(
        name=image.name,
        filename=str(image.file),
        disk_format=image.disk_format,
        container_format="bare",
        visibility="public",
        wait=True,
        **image.properties,
    )
    return str(found.id)


def have_flavor(cloud: Connection, name: str, memory_mb: int, disk_gb: int) -> str:
    """Have a flavor with one processor; gives its identifier."""
    found = cloud.compute.find_flavor(name)
    found = found or cloud.compute.create_flavor(name=name, vcpus=1, ram=memory_mb, disk=disk_gb)
    return str(found.id)


def have_network(cloud: Connection) -> str:
    """Have a network that only its VLAN tells from others; gives its identifier."""
    found = cloud.network.find_network(NETWORK)
    if found is None:
        found = cloud.network.create_network(
            name=NETWORK,
            provider_network_type="vlan",
            provider_physical_network=PHYSICAL_NETWORK,
        )
    if not any(cloud.network.subnets(network_id=found.id)):
        cloud.network.create_subnet(network_id=found.id, ip_version=4, cidr=_SUBNET_RANGE, name=NETWORK)
    return str(found.id)


def have_resources(cloud: Connection, folder: Path) -> None:
    """Have everything that the line which ``up`` ends with names."""
    file = guest_file(folder, "gen2", "vhdx")
    have_image(cloud, Image("debian-secure-boot", file, "vhdx", SECURE_BOOT))
    have_flavor(cloud, FLAVOR, 512, 1)
    have_network(cloud)
