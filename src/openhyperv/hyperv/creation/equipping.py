"""What a machine that has just been defined gets, in the order in which one thing hangs on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openhyperv.hyperv import settings
from openhyperv.hyperv.creation.calls import Calls
from openhyperv.hyperv.creation.hardware import Hardware
from openhyperv.hyperv.creation.notes import finished_notes
from openhyperv.hyperv.creation.port_features import port_features
from openhyperv.hyperv.gpus.settings import plain_display_path, s3_display
from openhyperv.hyperv.names import RESOURCE_SETTINGS, SYSTEM_SETTINGS, setting
from openhyperv.hyperv.sizing import memory_settings, processor_settings
from openhyperv.machine.boot import UefiBoot
from openhyperv.machine.drives import Disk, Dvd, Slot
from openhyperv.machine.host_version import WINDOWS_2016
from openhyperv.machine.spec import Generation, MachineSpec
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


class Equipping:
    """Four calls, and one more for each port that is more than a plug; use once, from top to bottom."""

    def __init__(self, calls: Calls, spec: MachineSpec, guid: str) -> None:
        self._calls = calls
        self._spec = spec
        self._hardware = Hardware(guid, (), {})

    def add_roots(self) -> None:
        """Controllers and adapters: the host names them, and answers the names in the order asked."""
        spec, guid = self._spec, self._hardware.guid
        wanted = [settings.scsi_controller() for _ in range(spec.scsi_controllers)]
        wanted += [settings.network_adapter(adapter) for adapter in spec.network_adapters]
        made = [str(path.key("InstanceID")) for path in self._calls.add(guid, wanted)]
        controllers, adapters = made[: spec.scsi_controllers], made[spec.scsi_controllers :]
        names = (adapter.name for adapter in spec.network_adapters)
        self._hardware = Hardware(guid, tuple(controllers), dict(zip(names, adapters, strict=True)))

    def make_room(self) -> None:
        """A RemoteFX display takes the place of the one that every machine is born with."""
        if self._spec.graphics is not None:
            is_2016 = self._spec.host >= WINDOWS_2016
            self._calls.remove([plain_display_path(self._hardware.guid, is_2016=is_2016)])

    def add_leaves(
        self, files: Mapping[Slot, str], switches: Mapping[str, ObjectPath], parts: Sequence[Instance]
    ) -> None:
        """Drives with their media, parts of the host, and the adapters' cables, in one call; then what their
        ports shall be."""
        devices = list(parts)
        for drive in self._spec.drives:
            devices += self._drive(drive, files.get(drive.slot))
        cables = []
        for adapter in self._spec.network_adapters:
            switch = switches.get(adapter.switch) if adapter.switch else None
            socket = None if switch is None else switch.on(".")
            path = self._hardware.adapter(adapter.name).on(".")
            cables.append(settings.connection(adapter.name, path, socket))
        made = self._calls.add(self._hardware.guid, [*devices, *cables])
        for adapter, cable in zip(self._spec.network_adapters, made[len(devices) :], strict=True):
            if features := port_features(adapter):
                self._calls.add_features(cable, features)

    def _drive(self, drive: Disk | Dvd, file: str | None) -> list[Instance]:
        controller = setting(RESOURCE_SETTINGS, self._hardware.controller_id(drive.slot)).on(".")
        wanted = [settings.drive(drive, controller)]
        if file is not None:
            place = setting(RESOURCE_SETTINGS, self._hardware.drive_id(drive.slot)).on(".")
            wanted.append(settings.medium(drive, place, file))
        return wanted

    def fit(self) -> None:
        """Give what every machine is born with its size, and its serial ports their pipes."""
        spec, guid = self._spec, self._hardware.guid
        changes = [
            processor_settings(spec.processors, spec.numa, spec.host, guid),
            memory_settings(spec.memory, guid, spec.numa),
        ]
        changes += [settings.serial_port(guid, port, spec.host) for port in spec.serial_ports if port.pipe]
        if spec.graphics is not None and spec.generation is Generation.ONE:
            changes.append(s3_display(guid, has_remotefx=True))
        self._calls.change_devices(changes)

    def finish(self) -> None:
        """Take the mark away; and let generation 2 boot from its own devices, which its list has to name."""
        changes: dict[str, Value] = {
            "InstanceID": f"Microsoft:{self._hardware.guid}",
            "Notes": finished_notes(self._spec),
        }
        order = self._spec.boot_order
        if isinstance(order, UefiBoot) and len(order.devices) > 1:
            changes["BootSourceOrder"] = self._hardware.boot_sources(order)
        self._calls.change_machine(Instance(SYSTEM_SETTINGS, changes))
