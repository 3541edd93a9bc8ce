"""The rules of a host's ports, as their security groups have them now."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from openhyperv.machine.port import PortRule
from openhyperv.neutron.details import PortDetails
from openhyperv.neutron.security_groups.memberships import Memberships
from openhyperv.neutron.security_groups.rules import port_rules
from openhyperv.neutron.server import NeutronServer


class Filters:
    """Asks Neutron what ports let through, and remembers which groups that depends on."""

    def __init__(self, server: NeutronServer, *, is_enabled: bool) -> None:
        self._server = server
        self._is_enabled = is_enabled
        self._memberships = Memberships()

    def rules_of(self, ports: Sequence[PortDetails]) -> dict[str, tuple[PortRule, ...] | None]:
        """The rules of each port; None where it is not filtered.

        Ports that were deleted are left out, and those whose groups have changed since they were asked for.

        :raises RPC_ERRORS: nothing is known of any of them
        """
        if not self._is_enabled:
            return {port.port_id: None for port in ports}
        found: dict[str, tuple[PortRule, ...] | None] = {
            port.port_id: None for port in ports if not port.is_secured
        }
        self._memberships.begin_asking()
        for groups in self._server.groups([port.port_id for port in ports if port.is_secured]):
            if self._memberships.note(groups.port_id, groups.concerning):
                found[groups.port_id] = port_rules(groups)
        return found

    def change(self, groups: Collection[str]) -> Sequence[str]:
        """These groups have changed; the ports whose rules may be others now."""
        return self._memberships.change(groups)

    def forget(self, port_id: str) -> None:
        """The port is gone."""
        self._memberships.forget(port_id)
