"""What each VLAN mode of a port lets in, and which VLANs come out of it (IEEE 802.1Q, RFC 5517).

``ingress`` tells the VLAN of a frame that came with that tag (None: without one), or None for a frame that is
not taken. ``egress`` tells the tag that a frame of a VLAN goes out with, 0 for none at all, or None for a
VLAN that the port is not in. VLAN 0 is the network of what has no tag.
"""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen


@frozen
class AccessVlan:
    """One VLAN, of which the device knows nothing."""

    vlan_id: int = 0

    def ingress(self, tag: int | None) -> int | None:
        """What has no tag, or one that names a priority only."""
        return None if tag else self.vlan_id

    def egress(self, vlan_id: int) -> int | None:
        """Its own VLAN, without the tag."""
        return 0 if vlan_id == self.vlan_id else None


@frozen
class TrunkVlan:
    """Several VLANs, which the device tells apart by tags; the native one has none."""

    native_vlan_id: int = 0
    vlan_ids: frozenset[int] = frozenset()

    def ingress(self, tag: int | None) -> int | None:
        """Tags of the list; what has none is in the native VLAN."""
        if not tag or tag == self.native_vlan_id:
            return self.native_vlan_id
        return tag if tag in self.vlan_ids else None

    def egress(self, vlan_id: int) -> int | None:
        """The VLANs of the list with their tags, the native one without."""
        if vlan_id == self.native_vlan_id:
            return 0
        return vlan_id if vlan_id in self.vlan_ids else None


@frozen
class IsolatedVlan:
    """A private VLAN's member that reaches promiscuous ports only."""

    primary_id: int
    secondary_id: int

    def ingress(self, tag: int | None) -> int | None:
        """Into the secondary VLAN."""
        return None if tag else self.secondary_id

    def egress(self, vlan_id: int) -> int | None:
        """What comes from promiscuous ports."""
        return 0 if vlan_id == self.primary_id else None


@frozen
class CommunityVlan:
    """A private VLAN's member that reaches its community too."""

    primary_id: int
    secondary_id: int

    def ingress(self, tag: int | None) -> int | None:
        """Into the secondary VLAN."""
        return None if tag else self.secondary_id

    def egress(self, vlan_id: int) -> int | None:
        """What comes from the community and from promiscuous ports."""
        return 0 if vlan_id in (self.primary_id, self.secondary_id) else None


@frozen
class PromiscuousVlan:
    """A private VLAN's port that everybody in its secondary VLANs reaches."""

    primary_id: int
    secondary_ids: frozenset[int] = frozenset()

    def ingress(self, tag: int | None) -> int | None:
        """Into the primary VLAN."""
        return None if tag else self.primary_id

    def egress(self, vlan_id: int) -> int | None:
        """The primary VLAN and its secondary ones."""
        return 0 if vlan_id == self.primary_id or vlan_id in self.secondary_ids else None


@frozen
class NoVlan:
    """Nothing at all comes in or out."""

    def ingress(self, tag: int | None) -> int | None:  # noqa: ARG002  # whatever it says
        """Nothing."""
        return None

    def egress(self, vlan_id: int) -> int | None:  # noqa: ARG002  # whichever it is
        """None."""
        return None


@frozen
class EveryVlan:
    """A port to a physical network: every VLAN, with its tag."""

    def ingress(self, tag: int | None) -> int | None:
        """Whatever the tag says."""
        return tag or 0

    def egress(self, vlan_id: int) -> int | None:
        """Every VLAN."""
        return vlan_id


Vlan: TypeAlias = AccessVlan | TrunkVlan | IsolatedVlan | CommunityVlan | PromiscuousVlan | NoVlan | EveryVlan
