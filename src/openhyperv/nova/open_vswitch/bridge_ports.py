"""The ports of a host's bridges, and the commands of ovsdbapp's API of its database that change them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from attrs import frozen

_OWNER = "vm-uuid"


@frozen
class BridgePort:
    """A port as it should be, of which ``owner`` is the instance.

    ``interface_id`` and ``mac`` are what Neutron's agent and OVN know its interface by.
    """

    bridge: str
    name: str
    owner: str
    interface_id: str
    mac: str

    @property
    def external_ids(self) -> Mapping[str, str]:
        """Of its interface: ovs-vswitchd.conf.db(5), "External IDs"."""
        return {
            "iface-id": self.interface_id,
            "iface-status": "active",
            "attached-mac": self.mac,
            _OWNER: self.owner,
        }


@frozen
class PluggedPort:
    """A port that was plugged for an instance; ``error`` is why ovs-vswitchd could not open it, if so."""

    name: str
    owner: str
    error: str


Choose: TypeAlias = Callable[[list[PluggedPort]], Iterable[str]]
"""Names some of the ports that were plugged for instances."""


def adding(ports: Iterable[BridgePort], database: Any) -> Iterator[Any]:
    """Add ports, or make them what they should be; one on another bridge is moved."""
    for port in ports:
        if _bridge_of(port.name, database) not in (None, port.bridge):
            yield database.del_port(port.name)
        yield database.add_port(port.bridge, port.name, may_exist=True)
        yield database.db_set("Interface", port.name, ("external_ids", port.external_ids))


def removing(name: str, database: Any) -> Iterator[Any]:
    """Remove a port, if there is one."""
    yield database.del_port(name, if_exists=True)


def removing_chosen(choose: Choose, database: Any) -> Iterator[Any]:
    """Remove the ports that are chosen of those that were plugged for instances."""
    for name in choose(list(_plugged(database))):
        yield from removing(name, database)


def _bridge_of(name: str, database: Any) -> str | None:
    for bridge in _asked(database.list_br()):
        if name in _asked(database.list_ports(bridge)):
            return str(bridge)
    return None


def _plugged(database: Any) -> Iterator[PluggedPort]:
    for row in _asked(database.db_list("Interface", columns=["name", "external_ids", "error"])):
        if owner := row["external_ids"].get(_OWNER):
            yield PluggedPort(row["name"], owner, row["error"] or "")


def _asked(command: Any) -> Any:
    """What a command that changes nothing finds."""
    return command.execute(check_error=True)
