"""Defining, changing and destroying virtual switches: methods of the switch management service."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.emulator.cimom.events import ChangeKind
from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import new_guid
from openhyperv.emulator.host.incoming import read_setting, shapes_refused_as, text_of
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.switches.connections import PORT_SETTING, machine_connections
from openhyperv.emulator.host.switches.defaults import SWITCH_SETTINGS, switch_defaults
from openhyperv.emulator.host.switches.editing import SwitchEditor
from openhyperv.emulator.host.switches.extensions import extension_order
from openhyperv.emulator.host.switches.settings import change_values, client_values
from openhyperv.emulator.host.switches.switch import Switch, Switches
from openhyperv.emulator.host.switches.uplinks import Surroundings
from openhyperv.emulator.providers.machines.define import read_settings
from openhyperv.emulator.providers.services.services import SWITCH_MANAGEMENT
from openhyperv.emulator.providers.switches.changes import SwitchChanges, referred_ids
from openhyperv.emulator.providers.switches.views import switch_instance, switch_settings

_SERVICE = SWITCH_MANAGEMENT.class_name


class SwitchServiceProvider:
    """Changes take effect at once, as recorded; only destroying a switch is a job."""

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches
        self._changes = SwitchChanges(host, switches)

    @method(_SERVICE, "DefineSystem")
    def define_system(self, call: Call) -> Result:
        """A new switch with everything given."""
        if call["ReferenceConfiguration"] is not None:
            raise MethodFailure(Code.NOT_SUPPORTED, "Switches are not made from other switches.")
        with shapes_refused_as(Code.INCORRECT_TYPE):  # recorded
            settings = read_setting(call["SystemSettings"], SWITCH_SETTINGS, self._host.schema)
            ports = read_settings(self._host, call["ResourceSettings"], PORT_SETTING)
        values = client_values(settings, self._host.profile)
        guid = new_guid()
        values["ExtensionOrder"] = list(extension_order(self._host.profile, guid, self._host.name))
        configuration = Configuration(guid, switch_defaults(self._host.profile), values)
        self._editor(configuration).add(ports)
        switch = Switch(configuration)
        self._switches.add(switch)
        self._host.publish(ChangeKind.CREATION, switch_instance(switch))
        self._host.publish(ChangeKind.CREATION, switch_settings(switch))
        return Result(Code.COMPLETED, {"ResultingSystem": switch.path})

    @method(_SERVICE, "DestroySystem")
    def destroy_system(self, call: Call) -> Result:
        """A job that removes a switch no running machine is connected to."""
        switch = self._changes.wanted(call["AffectedSystem"])

        def work(_: Job) -> None:
            with self._host.lock:
                self._destroy(switch)

        job = self._host.jobs.run(
            JobType.DESTROY_SWITCH,
            work,
            affected=[switch.path],
            owner=SWITCH_MANAGEMENT.path(self._host),
            description="Destroying Ethernet Switch",
            cancellable=False,
        )
        return Result(Code.JOB_STARTED, {"Job": job.path})

    @method(_SERVICE, "ModifySystemSettings")
    def modify_system_settings(self, call: Call) -> Result:
        """Change a switch's own settings: only what has a value."""
        settings = read_setting(call["SystemSettings"], SWITCH_SETTINGS, self._host.schema)
        switch, tail = self._switches.locate(text_of(settings, "InstanceID")) or (None, "")
        if switch is None or tail:
            raise MethodFailure(Code.INVALID_PARAMETER, "InstanceID names no switch's settings.")
        with self._changes.changing(switch) as configuration:
            change_values(configuration, client_values(settings, self._host.profile))
        return Result(Code.COMPLETED)

    @method(_SERVICE, "AddResourceSettings")
    def add_resource_settings(self, call: Call) -> Result:
        """Add ports to a switch."""
        switch = self._changes.wanted(call["AffectedConfiguration"])
        settings = read_settings(self._host, call["ResourceSettings"], PORT_SETTING)
        with self._changes.changing(switch) as configuration:
            added = self._editor(configuration).add(settings)
        return self._resulting(switch, added)

    @method(_SERVICE, "ModifyResourceSettings")
    def modify_resource_settings(self, call: Call) -> Result:
        """Change ports: only what has a value."""
        settings = read_settings(self._host, call["ResourceSettings"], PORT_SETTING)
        switch = self._changes.common([text_of(setting, "InstanceID") for setting in settings])
        with self._changes.changing(switch) as configuration:
            ports = [self._port(configuration, text_of(setting, "InstanceID")) for setting in settings]
            for port, setting in zip(ports, settings, strict=True):
                self._editor(configuration).modify(port, setting)
        return self._resulting(switch, ports)

    @method(_SERVICE, "RemoveResourceSettings")
    def remove_resource_settings(self, call: Call) -> Result:
        """Remove ports with their features."""
        ids = referred_ids(call["ResourceSettings"])
        switch = self._changes.common(ids)
        with self._changes.changing(switch) as configuration:
            self._editor(configuration).remove([self._port(configuration, each) for each in ids])
        return Result(Code.COMPLETED)

    def _editor(self, configuration: Configuration) -> SwitchEditor:
        surroundings = Surroundings(self._host.name, self._host.hardware)
        return SwitchEditor(
            configuration, self._switches, surroundings, self._host.profile, self._host.templates
        )

    def _port(self, configuration: Configuration, instance_id: str) -> Resource:
        _, tail = self._switches.locate(instance_id) or (None, "")
        port = configuration.resource(tail)
        if port is None:
            raise MethodFailure(Code.INVALID_PARAMETER, f"There is no port {instance_id}.")
        return port

    def _resulting(self, switch: Switch, ports: Sequence[Resource]) -> Result:
        paths = [self._host.views.path(switch.configuration, port) for port in ports]
        return Result(Code.COMPLETED, {"ResultingResourceSettings": paths})

    def _destroy(self, switch: Switch) -> None:
        if self._switches.find(switch.guid) is None:
            raise JobFailure(Code.NOT_FOUND, "The virtual switch has been destroyed already.")
        for system in self._host.systems:
            if any(c.switch is switch for c in machine_connections(self._host, self._switches, system)):
                # UNVERIFIED: the code for destroying a switch that a running machine is connected to
                raise JobFailure(Code.IN_USE, f"The virtual switch is in use by {system.name}.")
        self._switches.remove(switch)
        self._host.publish(ChangeKind.DELETION, switch_settings(switch))
        self._host.publish(ChangeKind.DELETION, switch_instance(switch))
