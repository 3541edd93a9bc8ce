"""Networks that stay on one host share a switch; each has a VLAN of its own there."""

from __future__ import annotations

from hashlib import sha256
from threading import Lock

from openhyperv.errors import ConflictError

_VLANS = 4094


class LocalNetworks:
    """The VLANs of a host's ``local`` networks, the same after every restart. Thread-safe.

    Neutron numbers no segments of such networks. A VLAN is made from the network's identifier, and refused to
    a second network that comes to the same: two tenants are never in one.
    """

    def __init__(self) -> None:
        self._networks: dict[int, str] = {}
        self._lock = Lock()

    def vlan_of(self, network_id: str) -> int:
        """The VLAN of a network, 1 to 4094.

        :raises ConflictError: another network of this host has it
        """
        vlan_id = int.from_bytes(sha256(network_id.encode()).digest()[:8]) % _VLANS + 1
        with self._lock:
            owner = self._networks.setdefault(vlan_id, network_id)
        if owner != network_id:
            raise ConflictError(
                f"VLAN {vlan_id} of the local switch is that of network {owner}.",
                target=network_id,
                remedy="Make the network anew: it gets another identifier, and with it another VLAN.",
            )
        return vlan_id

    def forget(self, network_id: str) -> None:
        """The network is deleted."""
        with self._lock:
            self._networks = {vlan: owner for vlan, owner in self._networks.items() if owner != network_id}
