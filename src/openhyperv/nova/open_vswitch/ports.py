"""Plugging ports of type ``ovs``: connected to Hyper-V's switch, known to Open vSwitch by name.

The extension of Open vSwitch finds a port by the name of its connection (ElementName of
Msvm_EthernetPortAllocationSettingData), which is the adapter's here, and so the port's in Neutron: Open
vSwitch, "Open vSwitch on Windows", "Add virtual interfaces (VIFs)". As os-vif's plugin did on Windows, the
port has that name in the database as well. What a port may do is said by whoever drives Open vSwitch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from attrs import field, frozen
from nova import exception
from nova.network import model
from nova.network.model import VIF
from nova.objects.instance import Instance
from oslo_concurrency.lockutils import ReaderWriterLock
from oslo_config import cfg

from openhyperv.nova.open_vswitch.bridge_ports import BridgePort, Choose, adding, removing, removing_chosen
from openhyperv.nova.open_vswitch.settings import OvsSettings, ovs_settings_of


@frozen
class OvsPorts:
    """The ports of one host's Open vSwitch; without ``settings`` it has none, and nothing happens."""

    settings: OvsSettings | None = None
    _tidying: ReaderWriterLock = field(init=False, factory=ReaderWriterLock, eq=False, repr=False)

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
        """Add the ports, whose adapters are there, to their bridges, or make them what they should be there.

        :raises HyperVError: as of :func:`~.changing.change_database`; repeat it later
        """
        ports = [_port_of(vif, instance) for vif in vifs or () if _is_ovs(vif)]
        if ports:
            with self._tidying.read_lock():
                self._change(partial(adding, ports))

    def unplug(self, vif: VIF) -> None:
        """Remove a port from its bridge, if it is there.

        :raises HyperVError: as of :func:`~.changing.change_database`; repeat it later
        """
        if _is_ovs(vif):
            self._change(partial(removing, vif["id"]))

    def unplug_all(self, instance: Instance) -> None:
        """Remove every port that was plugged for an instance, whatever Nova still knows of it.

        :raises HyperVError: as of :func:`~.changing.change_database`; repeat it later
        """
        self._remove(lambda ports: [port.name for port in ports if port.owner == instance.uuid])

    def tidy(self, choose: Choose) -> None:
        """Remove the ports that are chosen; none is plugged from before the choice until they are gone.

        :raises HyperVError: as of :func:`~.changing.change_database`; repeat it later
        """
        with self._tidying.write_lock():
            self._remove(choose)

    def _remove(self, choose: Choose) -> None:
        self._change(partial(removing_chosen, choose))

    def _change(self, compose: Callable[[Any], Iterable[Any]]) -> None:
        if self.settings is not None:
            # ovsdbapp loads Eventlet, which services of other hosts do without
            from openhyperv.nova.open_vswitch.changing import change_database  # noqa: PLC0415

            change_database(self.settings, compose)


def _is_ovs(vif: VIF) -> bool:
    return bool(vif["type"] == model.VIF_TYPE_OVS)


def _port_of(vif: VIF, owner: Instance) -> BridgePort:
    return BridgePort(
        bridge=vif["network"]["bridge"],
        name=vif["id"],
        owner=owner.uuid,
        interface_id=vif.get("ovs_interfaceid") or vif["id"],
        mac=vif["address"],
    )
