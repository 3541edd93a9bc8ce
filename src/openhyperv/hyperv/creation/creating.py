"""Creating a machine: compose everything first, send it in as few calls as the host allows, or undo it all.

The order is that of the dependencies: disk files, the machine, what brings its own identifier (controllers,
adapters), what hangs on those (drives, media, cables), then what the machine has from birth (processor,
memory, serial ports), in one call since those identifiers are fixed. The last request orders the boot devices
and takes away the mark that says "not finished".

Whatever kills a client on the way, creating the same machine again comes to the same end: a machine that has
the mark goes with its folder, and is made anew; one that has it no more is the machine that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, ProtocolError
from openhyperv.files.share import HostFiles
from openhyperv.hyperv import settings
from openhyperv.hyperv.creation.calls import Calls
from openhyperv.hyperv.creation.earlier import Earlier, find_earlier, find_machine
from openhyperv.hyperv.creation.hardware import Hardware
from openhyperv.hyperv.creation.host_parts import host_parts
from openhyperv.hyperv.creation.notes import finished_notes, unfinished_notes
from openhyperv.hyperv.creation.port_features import port_features
from openhyperv.hyperv.creation.undoing import Remains
from openhyperv.hyperv.deleting import destroy, remove_folder
from openhyperv.hyperv.disks.making import make_disk
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks
from openhyperv.hyperv.gpus.settings import plain_display_path, s3_display
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.names import RESOURCE_SETTINGS, SYSTEM_SETTINGS, setting
from openhyperv.hyperv.reconfiguring.reconfiguration import Reconfiguration
from openhyperv.hyperv.security.securing import check_shielding_data, secure_new_machine
from openhyperv.hyperv.security.shielding_data import ShieldingData
from openhyperv.hyperv.sizing import memory_settings, processor_settings
from openhyperv.hyperv.switches import find_switches
from openhyperv.hyperv.whole_settings import new_machine
from openhyperv.machine.boot import UefiBoot
from openhyperv.machine.drives import Disk, Dvd, Slot
from openhyperv.machine.host_version import WINDOWS_2016
from openhyperv.machine.spec import Generation, MachineSpec
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_ROOTS = ("ConfigurationDataRoot", "SnapshotDataRoot", "SwapFileDataRoot")


class Creation:
    """Creates one machine on one host. Use once."""

    def __init__(
        self,
        session: Session,
        share: HostFiles,
        layout: Layout,
        spec: MachineSpec,
        deadline: Deadline,
        *,
        shares_name: bool = False,
        shielding_data: ShieldingData | None = None,
    ) -> None:
        self._session = session
        self._share = share
        self._layout = layout
        self._spec = spec
        self._deadline = deadline
        self._shares_name = shares_name
        self._shielding_data = shielding_data
        self._folder = layout.machine(spec.identity)
        self._calls = Calls(session, deadline, spec.name)
        self._guid: str | None = None

    def run(self) -> str:
        """The GUID of the machine.

        :raises ConflictError: there is another machine of that name, or a finished one of that identity that
            is not as asked; or somebody else is creating it at this moment
        :raises HyperVError: it could not be made; no machine and no file of it is left, or else the error's
            notes say what is
        """
        check_shielding_data(self._spec.security, self._shielding_data)
        names = {adapter.switch for adapter in self._spec.network_adapters if adapter.switch is not None}
        read_switches = self._session.aside(lambda: find_switches(self._session, names))
        with self._alone():
            earlier = find_earlier(self._session, self._spec, self._folder, shares_name=self._shares_name)
            if earlier is not None and not earlier.is_unfinished:
                return self._as_asked(earlier)
            switches = read_switches()
            self._clear(earlier)
            return self._create(switches, host_parts(self._session, self._spec))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = self._layout.lock(self._spec.identity)
        try:
            with self._share.locked(lock):
                yield
        except ConflictError as error:
            if error.target == str(lock):
                error.message = "Somebody else is creating this machine."
                error.target, error.remedy = self._spec.name, "Wait until that is done."
            raise

    def _as_asked(self, earlier: Earlier) -> str:
        """The machine that an earlier run finished, if it is what is asked for now."""
        files, layout = self._share, self._layout
        plan = Reconfiguration(self._session, files, layout, earlier.guid, self._spec).plan()
        if found := sorted({*plan.words(), *plan.missing(self._spec)}):
            raise ConflictError(
                f"There is a machine of that name already, and it differs in {', '.join(found)}.",
                target=self._spec.name,
                remedy="Change that machine, or choose another name.",
            )
        return earlier.guid

    def _clear(self, earlier: Earlier | None) -> None:
        """Remove what an earlier run has left, which nobody can have used yet."""
        if earlier is not None:
            try:
                destroy(self._session, earlier.guid)
            except ConflictError as error:
                error.message = "There is an unfinished machine of that name, and it is not off."
                error.remedy = "Turn it off to have it made anew, or choose another name."
                raise
        if self._share.exists(self._folder):
            remove_folder(self._share, self._folder)

    def _create(self, switches: dict[str, ObjectPath], parts: list[Instance]) -> str:
        try:
            self._share.make_folder(self._folder)
            files = self._make_disks()
            guid = self._guid = self._calls.target = self._define()
            hardware = self._add_roots(guid)
            self._make_room(guid)
            self._add_leaves(hardware, files, switches, parts)
            self._fit(guid)
            self._secure(guid)
            self._finish(hardware)
        except BaseException as error:
            Remains(self._session, self._share, self._layout, self._spec, self._guid).remove(error)
            raise
        return guid

    def _make_disks(self) -> dict[Slot, str]:
        files = {dvd.slot: dvd.path for dvd in self._spec.dvds if dvd.path is not None}
        for disk in self._spec.disks:
            timeout_s = self._deadline.check("make disks")
            disks = VirtualDisks(self._session, self._share, job_timeout_s=timeout_s)
            files[disk.slot] = make_disk(disks, disk, self._folder)
        return files

    def _define(self) -> str:
        roots: dict[str, Value] = dict.fromkeys(_ROOTS, str(self._folder))
        machine = new_machine(self._spec, unfinished_notes(self._spec)).with_values(roots)
        guid = self._calls.define(machine) or find_machine(self._session, self._spec, self._folder)
        if guid is None:
            raise ProtocolError("The host says that it defined the machine, but does not show it.")
        return guid

    def _add_roots(self, guid: str) -> Hardware:
        """Controllers and adapters: the host names them, and answers the names in the order asked."""
        spec = self._spec
        wanted = [settings.scsi_controller() for _ in range(spec.scsi_controllers)]
        wanted += [settings.network_adapter(adapter) for adapter in spec.network_adapters]
        made = [str(path.key("InstanceID")) for path in self._calls.add(guid, wanted)]
        names = [adapter.name for adapter in spec.network_adapters]
        controllers, adapters = made[: spec.scsi_controllers], made[spec.scsi_controllers :]
        return Hardware(guid, tuple(controllers), dict(zip(names, adapters, strict=True)))

    def _make_room(self, guid: str) -> None:
        """A RemoteFX display takes the place of the one that every machine is born with."""
        if self._spec.graphics is not None:
            is_2016 = self._spec.host >= WINDOWS_2016
            self._calls.remove([plain_display_path(guid, is_2016=is_2016)])

    def _add_leaves(
        self,
        hardware: Hardware,
        files: dict[Slot, str],
        switches: dict[str, ObjectPath],
        parts: list[Instance],
    ) -> None:
        """Drives with their media, parts of the host, and the adapters' cables, in one call; then what their
        ports shall be."""
        devices = list(parts)
        for drive in self._spec.drives:
            devices += _drive(drive, hardware, files.get(drive.slot))
        cables = []
        for adapter in self._spec.network_adapters:
            switch = switches.get(adapter.switch) if adapter.switch else None
            socket = None if switch is None else switch.on(".")
            cables.append(settings.connection(adapter.name, hardware.adapter(adapter.name).on("."), socket))
        made = self._calls.add(hardware.guid, [*devices, *cables])
        for adapter, cable in zip(self._spec.network_adapters, made[len(devices) :], strict=True):
            if features := port_features(adapter):
                self._calls.add_features(cable, features)

    def _fit(self, guid: str) -> None:
        """Give what every machine is born with its size, and its serial ports their pipes."""
        spec = self._spec
        changes = [
            processor_settings(spec.processors, spec.numa, spec.host, guid),
            memory_settings(spec.memory, guid, spec.numa),
        ]
        changes += [settings.serial_port(guid, port, spec.host) for port in spec.serial_ports if port.pipe]
        if spec.graphics is not None and spec.generation is Generation.ONE:
            changes.append(s3_display(guid, has_remotefx=True))
        self._calls.change_devices(changes)

    def _secure(self, guid: str) -> None:
        """Its TPM and what comes with it, while it has never been started."""
        security = self._spec.security
        if security is not None:
            self._deadline.check("secure the machine")
            data = self._shielding_data
            secure_new_machine(self._session, self._share, self._folder, guid, security, data)

    def _finish(self, hardware: Hardware) -> None:
        """Take the mark away; and let generation 2 boot from its own devices, which its list has to name."""
        changes: dict[str, Value] = {
            "InstanceID": f"Microsoft:{hardware.guid}",
            "Notes": finished_notes(self._spec),
        }
        order = self._spec.boot_order
        if isinstance(order, UefiBoot) and len(order.devices) > 1:
            changes["BootSourceOrder"] = hardware.boot_sources(order)
        self._calls.change_machine(Instance(SYSTEM_SETTINGS, changes))


def _drive(drive: Disk | Dvd, hardware: Hardware, file: str | None) -> list[Instance]:
    controller = setting(RESOURCE_SETTINGS, hardware.controller_id(drive.slot)).on(".")
    wanted = [settings.drive(drive, controller)]
    if file is not None:
        place = setting(RESOURCE_SETTINGS, hardware.drive_id(drive.slot)).on(".")
        wanted.append(settings.medium(drive, place, file))
    return wanted
