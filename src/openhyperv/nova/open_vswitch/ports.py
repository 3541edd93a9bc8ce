"""Plugging ports of type ``ovs``: connected to Hyper-V's switch, known to Open vSwitch by name.

The extension of Open vSwitch finds a port by the name of its connection (ElementName of
Msvm_EthernetPortAllocationSettingData), which is the adapter's here, and so the port's in Neutron: Open
vSwitch, "Open vSwitch on Windows", "Add virtual interfaces (VIFs)". As os-vif's plugin did on Windows, the
port has that name in the database as well. What a port may do is said by whoever drives Open vSwitch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import frozen
from nova import exception
from nova.network import model
from nova.network.model import VIF
from nova.objects.instance import Instance
from oslo_config import cfg

from openhyperv.nova.open_vswitch.settings import OvsSettings, ovs_settings_of


@frozen
class OvsPorts:
    """The ports of one host's Open vSwitch; without ``settings`` it has none, and nothing happens."""

    settings: OvsSettings | None = None

    @classmethod
    def configured(cls, conf: cfg.ConfigOpts) -> OvsPorts:
        """As the service is configured.

        :raises InvalidInputError: an option is not what it has to be
        """
        return cls(ovs_settings_of(conf))

    def switch_of(self, vif: VIF) -> str | None:
        """The switch that the adapter of a port is connected to from the start; None for an agent's.

        :raises VirtualInterfacePlugException: the port is Open vSwitch's, and the host has none
        """
        if not _is_ovs(vif):
            return None
        if self.settings is None:
            raise exception.VirtualInterfacePlugException(
                f"Port {vif['id']} is bound as 'ovs', but ovs_switch and ovsdb_connection are not set."
            )
        return self.settings.switch

    def plug(self, instance: Instance, vifs: Iterable[VIF] | None) -> None:
        """Add the ports to their bridges, or make them what they should be there.

        :raises HyperVError: as of :func:`~.database.change_database`; repeat it later
        """
        own = [vif for vif in vifs or () if _is_ovs(vif)]
        if own:
            self._change(partial(_added, instance.uuid, own))

    def unplug(self, vif: VIF) -> None:
        """Remove a port from its bridge, if it is there.

        :raises HyperVError: as of :func:`~.database.change_database`; repeat it later
        """
        if _is_ovs(vif):
            self._change(partial(_removed, vif["id"]))

    def unplug_all(self, instance: Instance) -> None:
        """Remove every port that was plugged for an instance, whatever Nova still knows of it.

        :raises HyperVError: as of :func:`~.database.change_database`; repeat it later
        """
        self._change(partial(_removed_of, instance.uuid))

    def _change(self, compose: Callable[[Any], Iterable[Any]]) -> None:
        if self.settings is not None:
            # ovsdbapp loads Eventlet, which services of other hosts do without
            from openhyperv.nova.open_vswitch.database import change_database  # noqa: PLC0415

            change_database(self.settings, compose)


def _is_ovs(vif: VIF) -> bool:
    return bool(vif["type"] == model.VIF_TYPE_OVS)


def _added(owner: str, vifs: Iterable[VIF], database: Any) -> Iterator[Any]:
    for vif in vifs:
        yield database.add_port(vif["network"]["bridge"], vif["id"], may_exist=True)
        yield database.db_set("Interface", vif["id"], ("external_ids", _external_ids(vif, owner)))


def _external_ids(vif: VIF, owner: str) -> Mapping[str, str]:
    """What Neutron's agent and OVN know an interface by: ovs-vswitchd.conf.db(5), "External IDs"."""
    return {
        "iface-id": vif.get("ovs_interfaceid") or vif["id"],
        "iface-status": "active",
        "attached-mac": vif["address"],
        "vm-uuid": owner,
    }


def _removed(name: str, database: Any) -> Iterator[Any]:
    yield database.del_port(name, if_exists=True)


def _removed_of(owner: str, database: Any) -> Iterator[Any]:
    own = ("external_ids", "=", {"vm-uuid": owner})
    for row in database.db_find("Interface", own, columns=["name"]).execute(check_error=True):
        yield from _removed(row["name"], database)
