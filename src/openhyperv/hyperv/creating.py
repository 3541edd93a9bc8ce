"""Creating a machine: compose everything first, send it in as few calls as the host allows, or undo it all.

The order is that of the dependencies: disk files, the machine, what brings its own identifier (controllers,
adapters), what hangs on those (drives, media, cables), then what the machine has from birth (processor,
memory, serial ports), in one call since those identifiers are fixed, and the boot order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ProtocolError
from openhyperv.files.share import HostFiles
from openhyperv.hyperv import settings
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.names import (
    RESOURCE_SETTINGS,
    SYSTEM_SERVICE,
    SYSTEM_SETTINGS,
    setting,
    system_settings,
)
from openhyperv.hyperv.switches import find_switch
from openhyperv.hyperv.undoing import Remains, find_by_identity
from openhyperv.hyperv.values import entries
from openhyperv.hyperv.virtual_disks import VirtualDisks
from openhyperv.machine.boot import UefiBoot
from openhyperv.machine.drives import Bus, Disk, Dvd, Slot
from openhyperv.machine.spec import MachineSpec
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import Output
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_ADAPTER = "Msvm_SyntheticEthernetPortSettingData"


@frozen
class _Hardware:
    """The machine as far as the host has made it: what it named itself, and what follows from that."""

    guid: str
    controllers: tuple[str, ...]
    adapters: tuple[ObjectPath, ...]

    def controller_id(self, slot: Slot) -> str:
        """The InstanceID of the controller that a slot is on."""
        if slot.bus is Bus.IDE:
            return settings.ide_controller(self.guid, slot.controller)
        return self.controllers[slot.controller]

    def drive_id(self, slot: Slot) -> str:
        """The InstanceID that the drive in a slot has, or will have."""
        return settings.drive_id(self.controller_id(slot), slot)


class Creation:
    """Creates one machine on one host. Use once."""

    def __init__(
        self, session: Session, share: HostFiles, layout: Layout, spec: MachineSpec, deadline: Deadline
    ) -> None:
        self._session = session
        self._share = share
        self._layout = layout
        self._spec = spec
        self._deadline = deadline
        self._folder = layout.machine(spec.identity)
        self._guid: str | None = None

    def run(self) -> str:
        """The GUID of the new machine, which is off.

        :raises HyperVError: it could not be made; no machine and no file of it is left, or else the error's
            notes say what is
        """
        switches = self._switches()
        self._share.check()
        try:
            self._share.make_folder(self._folder)
            files = self._make_disks()
            guid = self._guid = self._define()
            hardware = self._add_roots(guid)
            self._add_leaves(hardware, files, switches)
            self._fit(guid)
            self._order_boot(hardware)
        except BaseException as error:
            Remains(self._session, self._share, self._layout, self._spec, self._guid).remove(error)
            raise
        return guid

    def _switches(self) -> dict[str, ObjectPath]:
        """The switches that adapters name, looked up before anything is made."""
        wanted = {adapter.switch for adapter in self._spec.network_adapters if adapter.switch is not None}
        return {name: find_switch(self._session, name) for name in sorted(wanted)}

    def _make_disks(self) -> dict[Slot, str]:
        files = {dvd.slot: dvd.path for dvd in self._spec.dvds if dvd.path is not None}
        for disk in self._spec.disks:
            disks = VirtualDisks(self._session, job_timeout_s=self._deadline.check("make disks"))
            files[disk.slot] = disks.make(disk, self._folder)
        return files

    def _define(self) -> str:
        machine = settings.system_settings(self._spec).with_values(
            dict.fromkeys(
                ("ConfigurationDataRoot", "SnapshotDataRoot", "SwapFileDataRoot"), str(self._folder)
            )
        )
        output = self._run("DefineSystem", {"SystemSettings": self._text(machine)})
        system = output["ResultingSystem"]
        if isinstance(system, ObjectPath):
            return str(system.key("Name")).upper()
        return self._find()

    def _find(self) -> str:
        """The machine's GUID by the identity in its notes: a DefineSystem that ran as a job does not tell."""
        found = find_by_identity(self._session, self._spec)
        if found is None:
            raise ProtocolError("The host says that it defined the machine, but does not show it.")
        return found

    def _add_roots(self, guid: str) -> _Hardware:
        """Controllers and adapters: the host names them, and answers the names in the order asked."""
        spec = self._spec
        needed = spec.scsi_controllers if any(settings.is_on(Bus.SCSI, d) for d in spec.drives) else 0
        wanted = [settings.scsi_controller() for _ in range(needed)]
        wanted += [settings.network_adapter(adapter) for adapter in spec.network_adapters]
        made = self._add(guid, wanted)
        identifiers = tuple(str(path.key("InstanceID")) for path in made)
        adapters = tuple(setting(_ADAPTER, identifier) for identifier in identifiers[needed:])
        return _Hardware(guid, identifiers[:needed], adapters)

    def _add_leaves(
        self, hardware: _Hardware, files: dict[Slot, str], switches: dict[str, ObjectPath]
    ) -> None:
        """Drives with their media, and the adapters' cables, in one call."""
        wanted: list[Instance] = []
        for drive in self._spec.drives:
            wanted += self._drive(drive, hardware, files.get(drive.slot))
        cables = []
        for adapter, path in zip(self._spec.network_adapters, hardware.adapters, strict=True):
            switch = switches.get(adapter.switch) if adapter.switch else None
            socket = None if switch is None else switch.on(".")
            cables.append(settings.connection(adapter.name, path.on("."), socket))
        made = self._add(hardware.guid, [*wanted, *cables])
        self._tag(made[len(wanted) :])

    def _drive(self, drive: Disk | Dvd, hardware: _Hardware, file: str | None) -> list[Instance]:
        controller = setting(RESOURCE_SETTINGS, hardware.controller_id(drive.slot)).on(".")
        wanted = [settings.drive(drive, controller)]
        if file is not None:
            place = setting(RESOURCE_SETTINGS, hardware.drive_id(drive.slot)).on(".")
            wanted.append(settings.medium(drive, place, file))
        return wanted

    def _add(self, guid: str, wanted: Sequence[Instance]) -> list[ObjectPath]:
        if not wanted:
            return []
        arguments: dict[str, Value] = {
            "AffectedConfiguration": system_settings(guid),
            "ResourceSettings": self._texts(wanted),
        }
        output = self._run("AddResourceSettings", arguments)
        made = [p for p in entries(output["ResultingResourceSettings"]) if isinstance(p, ObjectPath)]
        if len(made) != len(wanted):
            raise ProtocolError(f"The host made {len(made)} of {len(wanted)} devices.", target=guid)
        return made

    def _tag(self, cables: Sequence[ObjectPath]) -> None:
        """Put adapters into their VLANs, before the machine can have started."""
        for adapter, cable in zip(self._spec.network_adapters, cables, strict=True):
            if adapter.vlan_id is not None:
                features = self._texts([settings.vlan(adapter.vlan_id)])
                arguments: dict[str, Value] = {"AffectedConfiguration": cable, "FeatureSettings": features}
                self._run("AddFeatureSettings", arguments)

    def _fit(self, guid: str) -> None:
        """Give what every machine is born with its size, and its serial ports their pipes."""
        spec = self._spec
        changes = [settings.processor(spec.processors.count, guid), settings.memory(spec.memory, guid)]
        changes += [settings.serial_port(guid, port, spec.host) for port in spec.serial_ports if port.pipe]
        self._run("ModifyResourceSettings", {"ResourceSettings": self._texts(changes)})

    def _order_boot(self, hardware: _Hardware) -> None:
        """Generation 2 boots from what its list says; the list has to name the machine's own devices."""
        order = self._spec.boot_order
        if not isinstance(order, UefiBoot) or len(self._spec.drives) + len(hardware.adapters) < 2:
            return
        adapters = {
            adapter.name: str(path.key("InstanceID"))
            for adapter, path in zip(self._spec.network_adapters, hardware.adapters, strict=True)
        }
        devices = [
            hardware.drive_id(device) if isinstance(device, Slot) else adapters[device]
            for device in order.devices
        ]
        changes: dict[str, Value] = {
            "InstanceID": f"Microsoft:{hardware.guid}",
            "BootSourceOrder": [settings.boot_source(device) for device in devices],
        }
        arguments: dict[str, Value] = {"SystemSettings": self._text(Instance(SYSTEM_SETTINGS, changes))}
        self._run("ModifySystemSettings", arguments)

    def _run(self, method: str, arguments: Mapping[str, Value]) -> Output:
        timeout_s = self._deadline.check(method)
        target = self._guid or self._spec.name
        return self._session.run(SYSTEM_SERVICE, method, arguments, timeout_s=timeout_s, target=target)

    def _text(self, instance: Instance) -> str:
        return instance_to_text(instance, self._session.schema)

    def _texts(self, instances: Sequence[Instance]) -> list[str]:
        return [self._text(instance) for instance in instances]
