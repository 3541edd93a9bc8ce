"""Tempest's workspace: its configuration, made of what the lab is."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen
from openstack.connection import Connection

from lab.ini import Section, Sections, render
from lab.private_files import write_private
from lab.processes import Processes
from lab.resources import Image, guest_file, have_flavor, have_image
from lab.services.neutron import EXTERNAL_NETWORK
from lab.services.nova import FILTERS
from lab.services.sections import REGION, identity_url
from lab.settings import Account, Lab

_EXTERNAL_RANGE = "198.51.100.0/24"
_POOL, _POOL_RANGE = "tempest", "10.200.0.0/16"
_BUILD_TIMEOUT_S = 180

_FEATURES: Section = {
    "resize": True,
    "cold_migration": True,
    "console_output": True,
    "interface_attach": True,
    "pause": True,
    "suspend": True,
    "shelve": True,
    "rescue": True,
    "stable_rescue": True,
    "ide_bus": False,
    "snapshot": True,
    "config_drive": True,
    "live_migration": False,
    "attach_encrypted_volume": False,
    "metadata_service": False,
    "vnc_console": False,
    "scheduler_enabled_filters": FILTERS,
}
_SERVICES: Section = {
    "cinder": False,
    "neutron": True,
    "glance": True,
    "nova": True,
    "placement": True,
    "swift": False,
}
_WITH_SCOPES = ("nova", "neutron", "glance", "keystone", "placement")


@frozen
class Provided:
    """What an administrator makes before Tempest runs, by identifiers."""

    image: str
    other_image: str
    flavor: str
    larger_flavor: str
    external_network: str


def provide(lab: Lab, cloud: Connection) -> Provided:
    """Have two images of different generations, two flavors, and a network that is called the outside."""
    guests = lab.places.data("guests")
    second = Image(
        "tempest-1", guest_file(guests, "gen2", "vhdx"), "vhdx", {"hw_machine_type": "hyperv-gen2"}
    )
    first = Image("tempest-2", guest_file(guests, "gen1", "vhd"), "vhd", {"hw_machine_type": "hyperv-gen1"})
    _have_addresses(cloud)
    return Provided(
        image=have_image(cloud, second),
        other_image=have_image(cloud, first),
        flavor=have_flavor(cloud, "tempest.1", 128, 1),
        larger_flavor=have_flavor(cloud, "tempest.2", 192, 2),
        external_network=_have_external_network(cloud),
    )


def _have_external_network(cloud: Connection) -> str:
    """Have a network that routers of projects without one of their own lead to by default."""
    found = cloud.network.find_network(EXTERNAL_NETWORK)
    if found is None:
        found = cloud.network.create_network(
            name=EXTERNAL_NETWORK,
            is_router_external=True,
            provider_network_type="flat",
            provider_physical_network=EXTERNAL_NETWORK,
        )
    cloud.network.update_network(found, is_default=True)
    if not any(cloud.network.subnets(network_id=found.id)):
        cloud.network.create_subnet(
            network_id=found.id, ip_version=4, cidr=_EXTERNAL_RANGE, is_dhcp_enabled=False
        )
    return str(found.id)


def _have_addresses(cloud: Connection) -> None:
    """Have a pool that Neutron takes the addresses of networks from that it makes by itself."""
    if cloud.network.find_subnet_pool(_POOL) is None:
        cloud.network.create_subnet_pool(
            name=_POOL, prefixes=[_POOL_RANGE], default_prefix_length=26, is_default=True, is_shared=True
        )


def have_workspace(lab: Lab, processes: Processes, provided: Provided) -> Path:
    """Have Tempest's folder, with a configuration for this lab."""
    folder = lab.places.data("tempest")
    if not (folder / ".stestr.conf").exists():
        processes.run("tempest-init", [lab.places.program("tempest"), "init", str(folder)])
    write_private(folder / "etc" / "tempest.conf", render(_sections(lab, provided)))
    return folder


def _sections(lab: Lab, provided: Provided) -> Sections:
    return {
        "DEFAULT": {"log_dir": lab.places.logs, "log_file": "tempest.log"},
        "oslo_concurrency": {"lock_path": lab.places.data("tempest") / "lock"},
        "auth": {
            "use_dynamic_credentials": True,
            "admin_username": "admin",
            "admin_password": lab.password(Account.ADMIN),
            "admin_project_name": "admin",
            "admin_domain_name": "Default",
            "create_isolated_networks": True,
        },
        "identity": {"uri_v3": identity_url(lab), "auth_version": "v3", "region": REGION},
        "identity-feature-enabled": {"api_v3": True},
        "compute": {
            "image_ref": provided.image,
            "image_ref_alt": provided.other_image,
            "flavor_ref": provided.flavor,
            "flavor_ref_alt": provided.larger_flavor,
            "build_interval": 1,
            "build_timeout": _BUILD_TIMEOUT_S,
            "min_compute_nodes": len(lab.hosts),
            "min_microversion": "2.1",
            "max_microversion": "latest",
            "hypervisor_type": "hyperv",
        },
        "compute-feature-enabled": _FEATURES,
        "network": {
            "public_network_id": provided.external_network,
            "floating_network_name": EXTERNAL_NETWORK,
            "project_network_cidr": "10.100.0.0/16",
        },
        "validation": {"run_validation": False},
        "service_available": _SERVICES,
        "enforce_scope": dict.fromkeys(_WITH_SCOPES, True),
    }
