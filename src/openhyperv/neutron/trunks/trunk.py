"""A trunk as Neutron has it: a parent port, and sub-ports that its guest tells apart by tags."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from openhyperv.neutron.details import PortDetails
from openhyperv.neutron.security_groups.information import PortGroups


@frozen
class TrunkDefinition:
    """Who is in a trunk; ``tags`` are those of the sub-ports, by their ids."""

    trunk_id: str
    parent_id: str
    tags: Mapping[str, int]


@frozen
class Subport:
    """A port in a trunk: the guest tags its frames with ``tag``. Without ``groups`` it is not filtered."""

    details: PortDetails
    tag: int
    groups: PortGroups | None


@frozen
class Trunk:
    """A trunk with what is known of its sub-ports; ``missing`` are those that are not bound to this host."""

    trunk_id: str
    subports: tuple[Subport, ...]
    missing: frozenset[str]
