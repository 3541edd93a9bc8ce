"""What Neutron tells about a port that an agent asks for, typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import frozen
from neutron_lib import constants
from neutron_lib.services.qos import constants as qos
from neutron_lib.utils import net


@frozen
class PortDetails:
    """A port that is bound to the host, as it should be.

    ``addresses`` are the MAC addresses that its guest may use: its own, and those of allowed address pairs.
    ``is_secured`` is true with port security, unless the port is one of Neutron's own. ``policy_id`` is its
    QoS policy, or its network's. ``has_virtual_function`` is true where binding:profile has a ``pci_slot``:
    Nova writes it for ports of type ``direct``, and an administrator may for any.
    """

    port_id: str
    network_id: str
    network_type: str
    physical_network: str | None
    segmentation_id: int | None
    mac_address: str
    addresses: frozenset[str]
    is_up: bool
    is_secured: bool
    policy_id: str | None
    has_virtual_function: bool


@frozen
class InactiveBinding:
    """A port whose guest is still on another host: the one that a live migration is on its way from."""

    port_id: str


@frozen
class UnboundPort:
    """A name that is no port's, or a port's that Neutron has not bound to this host."""

    port_id: str


DeviceDetails: TypeAlias = PortDetails | InactiveBinding | UnboundPort


def read_details(answer: Mapping[str, Any]) -> DeviceDetails:
    """One answer of ``get_devices_details_list_and_failed_devices``."""
    if answer.get(constants.NO_ACTIVE_BINDING):
        return InactiveBinding(answer["device"])
    if "port_id" not in answer:
        return UnboundPort(answer["device"])
    own = _address(answer["mac_address"])
    pairs = answer.get("allowed_address_pairs") or ()
    return PortDetails(
        port_id=answer["device"],
        network_id=answer["network_id"],
        network_type=answer["network_type"],
        physical_network=answer["physical_network"],
        segmentation_id=answer["segmentation_id"],
        mac_address=own,
        addresses=frozenset([own, *(_address(pair.get("mac_address") or own) for pair in pairs)]),
        is_up=answer["admin_state_up"],
        is_secured=answer["port_security_enabled"] and not net.is_port_trusted(answer),
        policy_id=answer.get(qos.QOS_POLICY_ID) or answer.get(qos.QOS_NETWORK_POLICY_ID),
        has_virtual_function="pci_slot" in (answer.get("profile") or {}),
    )


def _address(text: str) -> str:
    return text.lower().replace("-", ":")
