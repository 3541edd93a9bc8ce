"""Binding adapters to switches: a port is never connected before it is what it should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from openhyperv.cim.session import Session
from openhyperv.errors import HyperVError
from openhyperv.hyperv import settings
from openhyperv.hyperv.facts import host_version
from openhyperv.hyperv.names import SYSTEM_SERVICE, system_settings
from openhyperv.hyperv.ports.changes import FeatureChanges, feature_changes
from openhyperv.hyperv.ports.feature_calls import FeatureCalls
from openhyperv.hyperv.ports.finding import CABLE, DISABLED, ENABLED, Port, adapter_of, cable_of, find_port
from openhyperv.hyperv.ports.hardware_features import OFFLOAD
from openhyperv.hyperv.ports.reading import FoundPort, PortReading
from openhyperv.hyperv.switches.finding import find_switch
from openhyperv.hyperv.switches.promises import demand_promise
from openhyperv.machine.port import PortSpec
from openhyperv.machine.rules.port_hardware import check_port_release, needs_2016
from openhyperv.machine.rules.ports import check_port
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import AssociatorsOf


def bind_port(session: Session, adapter: str, spec: PortSpec, reading: PortReading | None = None) -> None:
    """Make an adapter's port what the specification says: :meth:`openhyperv.hyperv.host.Host.bind_port`."""
    check_port(spec)
    if needs_2016(spec):
        check_port_release(spec, host_version(session))
    switch = find_switch(session, spec.switch)
    demand_promise(session, switch, spec.bandwidth, () if reading is None else reading.switches)
    found = None if reading is None else reading.find(adapter)
    port, features = found or look_at_port(session, adapter)
    Binding(session, port).run(switch, feature_changes(features, spec))


def look_at_port(session: Session, adapter: str) -> FoundPort:
    """The port and its settings: at the same time where the adapter's key tells its cable's."""
    cable = cable_of(adapter)
    early = None if cable is None else session.aside(partial(read_features, session, cable))
    port = find_port(session, adapter)
    if not port.has_cable:
        return port, []
    return port, read_features(session, port.cable) if early is None else early()


def read_features(session: Session, cable: ObjectPath) -> list[Instance]:
    """What the host keeps about a port, by its cable."""
    query = AssociatorsOf(cable, association_class="Msvm_EthernetPortSettingDataComponent")
    return list(session.query(query))


def unbind_port(session: Session, adapter: str) -> None:
    """Pull an adapter's cable out, and throw it away with all its rules."""
    port = find_port(session, adapter)
    if port.has_cable:
        arguments: dict[str, Value] = {"ResourceSettings": [port.cable]}
        session.run(SYSTEM_SERVICE, "RemoveResourceSettings", arguments, target=port.name)


class Binding:
    """The way of one port from what it is to what it should be. Use once."""

    def __init__(self, session: Session, port: Port) -> None:
        self._session = session
        self._port = port
        self._features = FeatureCalls(session, SYSTEM_SERVICE, port.cable, port.name)

    def run(self, switch: ObjectPath | None, changes: FeatureChanges) -> None:
        """Plug it into a switch, with what its port shall be; or let it hang loose, without one."""
        if switch is not None:
            self._change_at(switch, changes)
        elif changes.calls:
            self._change_loose(changes)

    def _change_at(self, switch: ObjectPath, changes: FeatureChanges) -> None:
        stays = self._port.switch_guid == str(switch.key("Name")).upper()
        moves = changes.moves_network and changes.calls > 1
        if stays and not moves:
            self._features.change_in_use(changes)
        elif not self._port.has_cable and not changes.calls:
            self._add_cable(switch.on("."))
        else:
            self._change_off_switch(switch, changes)

    def unplug(self) -> None:
        """Let it hang loose; what its port was stays."""
        if self._port.switch_guid is not None:
            self._plug({"EnabledState": DISABLED})

    def _change_off_switch(self, switch: ObjectPath, changes: FeatureChanges) -> None:
        """Whatever fails here leaves the port without a network."""
        try:
            self._change_loose(changes)
            self._plug({"EnabledState": ENABLED, "HostResource": [str(switch.on("."))]})
        except HyperVError as error:
            if not error.outcome_unknown:
                error.add_note("The port is not connected: it was not yet what it should be.")
            raise

    def _change_loose(self, changes: FeatureChanges) -> None:
        if not self._port.has_cable:
            self._add_cable(None)
            changes = self._at_new_cable(changes)
        elif self._port.switch_guid is not None:
            self._plug({"EnabledState": DISABLED})
        self._features.change(changes)

    def _at_new_cable(self, changes: FeatureChanges) -> FeatureChanges:
        """It comes with settings for offload: only who wants others has to look for them."""
        if all(each.class_name != OFFLOAD for each in changes.added):
            return changes
        return changes.onto(read_features(self._session, self._port.cable))

    def _add_cable(self, switch: ObjectPath | None) -> None:
        adapter = adapter_of(self._session, self._port)
        cable = settings.connection(self._port.adapter_name, adapter.on("."), switch)
        arguments: dict[str, Value] = {
            "AffectedConfiguration": system_settings(self._port.machine_guid),
            "ResourceSettings": self._texts([cable]),
        }
        self._run("AddResourceSettings", arguments)

    def _plug(self, values: Mapping[str, Value]) -> None:
        change = Instance(CABLE, {"InstanceID": str(self._port.cable.key("InstanceID")), **values})
        self._run("ModifyResourceSettings", {"ResourceSettings": self._texts([change])})

    def _run(self, method: str, arguments: Mapping[str, Value]) -> None:
        self._session.run(SYSTEM_SERVICE, method, arguments, target=self._port.name)

    def _texts(self, instances: Sequence[Instance]) -> list[str]:
        return [instance_to_text(instance, self._session.schema) for instance in instances]
