"""What became of trunks, as news for Neutron."""

from __future__ import annotations

from oslo_log import log as logging

from openhyperv.neutron.mappings import SwitchMappings
from openhyperv.neutron.news import PortNews
from openhyperv.neutron.trunks.carrying import obstacle
from openhyperv.neutron.wanted_port import WantedPort

LOG = logging.getLogger(__name__)


class TrunkReports:
    """Knows which sub-ports each parent carries, and tells what changes.

    For any threads, as long as there is one at a time for each parent.
    """

    def __init__(self, mappings: SwitchMappings, news: PortNews) -> None:
        self._mappings = mappings
        self._news = news
        self._carried: dict[str, frozenset[str]] = {}

    def note(self, parent: WantedPort, carried: frozenset[str]) -> None:
        """The port is bound, and carries these sub-ports and no others."""
        for port_id in self._carried.pop(parent.port_id, frozenset()) - carried:
            self._news.down(port_id)
        if parent.trunk is None:
            return
        self._carried[parent.port_id] = carried
        self._news.up(*carried)
        left_out = [
            each
            for each in parent.trunk.subports
            if each.details.is_up and each.details.port_id not in carried
        ]
        for each in left_out:
            reason = obstacle(parent.details, each, self._mappings) or "its parent is down"
            LOG.warning(
                "Port %s does not carry sub-port %s: %s.", parent.port_id, each.details.port_id, reason
            )
        self._news.trunk(parent.trunk.trunk_id, is_complete=not left_out and not parent.trunk.missing)

    def forget(self, parent_id: str) -> None:
        """The port is gone, and its sub-ports with it."""
        for port_id in self._carried.pop(parent_id, frozenset()):
            self._news.down(port_id)
