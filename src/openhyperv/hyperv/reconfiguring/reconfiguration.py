"""Changing a machine to a new specification: read what is, compare, send what differs in the fewest calls.

Every step may be made again: a run after one that was killed finds less to do. The order lets it: disks come
before anything names them, what is removed is out of use before, the boot order is last.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import error_context
from openhyperv.files.share import HostFiles
from openhyperv.hyperv import settings
from openhyperv.hyperv.changing import change_machine_devices, change_whole, remedied
from openhyperv.hyperv.creation.notes import finished_notes
from openhyperv.hyperv.device_changes import add_devices, remove_devices
from openhyperv.hyperv.disks.drives import Drive
from openhyperv.hyperv.disks.machine_disks import MachineDisks
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.names import STORAGE_SETTINGS, SYSTEM_SETTINGS
from openhyperv.hyperv.reconfiguring.boot_list import boot_list, listed
from openhyperv.hyperv.reconfiguring.differences import difference
from openhyperv.hyperv.reconfiguring.disk_plan import DiskPlan, plan_disks
from openhyperv.hyperv.reconfiguring.host_parts_plan import PartsPlan, plan_parts
from openhyperv.hyperv.reconfiguring.present import Present, check_is_meant, read_present
from openhyperv.hyperv.security.tpm import enable_tpm
from openhyperv.hyperv.sizing import memory_settings, processor_settings
from openhyperv.hyperv.whole_settings import whole_values
from openhyperv.machine.boot import UefiBoot
from openhyperv.machine.drives import Disk, Slot
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value


@frozen
class Plan:
    """What differs, before anything is changed."""

    present: Present
    devices: tuple[Instance, ...]
    whole: Instance | None
    disks: DiskPlan
    parts: PartsPlan

    def missing(self, spec: MachineSpec) -> list[str]:
        """Network adapters and DVD drives that a specification has and the machine has not, for people."""
        adapters, storage = self.present.adapters(), self.present.storage
        return [
            *(
                f"the network adapter {each.name}"
                for each in spec.network_adapters
                if each.name not in adapters
            ),
            *(f"the DVD drive {each.name}" for each in spec.dvds if storage.at(each.slot) is None),
        ]

    def words(self) -> list[str]:
        """What it changes, for people; nothing where the machine is as asked."""
        changed = [*self.devices, *([] if self.whole is None else [self.whole])]
        names = [name for each in changed for name in each if name != "InstanceID"]
        return [*names, *self.disks.words(), *self.parts.words()]


class Reconfiguration:
    """Changes one machine to one specification."""

    def __init__(
        self, session: Session, files: HostFiles, layout: Layout, guid: str, spec: MachineSpec
    ) -> None:
        self._session = session
        self._files = files
        self._guid = guid
        self._spec = spec
        self._disks = VirtualDisks(session, files)
        self._machine_disks = MachineDisks(session, files, layout, guid)

    def plan(self) -> Plan:
        """What differs: two requests at the same time, and one for each disk that has a size of its own.

        :raises ConflictError: the specification is another machine's, or asks for what never changes
        """
        present = read_present(self._session, self._guid)
        check_is_meant(present, self._spec)
        disks = plan_disks(present, self._spec, self._files, self._disks)
        keys = {name: drive.key for name, drive in disks.kept.items()}
        whole = difference(self._whole(present, disks, keys), present.system)
        parts = plan_parts(self._session, present, self._spec)
        return Plan(present, tuple(self._devices(present, disks)), whole, disks, parts)

    def run(self) -> list[str]:
        """Change what differs; returns what that was, for people.

        :raises ConflictError: the machine's state forbids a change
        """
        plan = self.plan()
        with error_context(host=self._session.host, target=self._guid, operation="reconfigure a machine"):
            for growth in plan.disks.growing:
                self._machine_disks.grow(growth.drive.slot, growth.size_bytes)
            come = {disk.name: self._attach(plan, disk) for disk in plan.disks.coming}
            new_limits = [each for each in self._limits(come) if each["IOPSLimit"] or each["IOPSReservation"]]
            self._remove_parts(plan.parts)
            changes = [*plan.devices, *new_limits, *plan.parts.changing]
            change_machine_devices(self._session, self._guid, changes)
            self._remove(plan)
            keys = {name: drive.key for name, drive in (plan.disks.kept | come).items()}
            whole = self._whole(plan.present, plan.disks, keys)
            self._change_whole(difference(whole, plan.present.system))
            self._add_parts(plan.parts)
            switched_on = self._secure()
        return [*plan.words(), *switched_on]

    def _devices(self, present: Present, disks: DiskPlan) -> Iterator[Instance]:
        spec, guid = self._spec, self._guid
        wanted = [
            processor_settings(spec.processors, spec.numa, spec.host, guid),
            memory_settings(spec.memory, guid, spec.numa),
            *(settings.serial_port(guid, port, spec.host) for port in spec.serial_ports),
            *self._limits(disks.kept),
        ]
        for each in wanted:
            differing = difference(each, present.device(str(each["InstanceID"])))
            if differing is not None:
                yield differing

    def _limits(self, drives: dict[str, Drive]) -> Iterator[Instance]:
        """How much the disks in some drives may do, by the disks' names."""
        for disk in self._spec.disks:
            if disk.name in drives:
                key = drives[disk.name].medium_key
                limits: dict[str, Value] = {
                    "IOPSLimit": disk.maximum_iops,
                    "IOPSReservation": disk.minimum_iops,
                }
                yield Instance(STORAGE_SETTINGS, {"InstanceID": key, **limits})

    def _secure(self) -> tuple[str, ...]:
        """Give it the TPM that it lacks; one asked for no more stays, as it may hold what opens a disk."""
        security = self._spec.security
        if security is None or security.provisioning is not None:
            return ()
        with remedied():
            return enable_tpm(self._session, self._guid, shield=security.shielded)

    def _remove_parts(self, parts: PartsPlan) -> None:
        if parts.going:
            with remedied():
                remove_devices(self._session, self._guid, parts.going_paths)

    def _add_parts(self, parts: PartsPlan) -> None:
        if parts.coming:
            with remedied():
                add_devices(self._session, self._guid, parts.coming)

    def _attach(self, plan: Plan, disk: Disk) -> Drive:
        """Make and attach a new disk, in its slot unless that is taken by now; returns the drive."""
        request = DiskRequest(disk.name, disk.source, disk.slot.bus, disk.size_bytes)
        slot = disk.slot if plan.present.storage.at(disk.slot) is None else None
        return self._machine_disks.attach(request, slot=slot)

    def _remove(self, plan: Plan) -> None:
        for drive in plan.disks.going:
            self._machine_disks.detach(drive.slot)
        for path in plan.disks.stray_files:
            self._files.remove(path)

    def _drives(self, present: Present, disks: dict[str, str]) -> dict[Slot, str]:
        """The keys of the drives that there are, by the slots that the specification gave them."""
        found = {disk.slot: disks[disk.name] for disk in self._spec.disks if disk.name in disks}
        for dvd in self._spec.dvds:
            drive = present.storage.at(dvd.slot)
            if drive is not None:
                found[dvd.slot] = drive.key
        return found

    def _whole(self, present: Present, disks: DiskPlan, keys: dict[str, str]) -> Instance:
        """The whole as it should be; ``keys`` are those of the disks' drives that there are by now."""
        values: dict[str, Value] = {"InstanceID": f"Microsoft:{self._guid}", **whole_values(self._spec)}
        values["Notes"] = finished_notes(self._spec)
        order = self._spec.boot_order
        if isinstance(order, UefiBoot):
            gone = {settings.boot_source_id(drive.key).upper() for drive in disks.going}
            left = [each for each in listed(present.system) if each.upper() not in gone]
            new = boot_list(order, self._drives(present, keys), present.adapters(), left)
            if new is not None:
                values["BootSourceOrder"] = new
        return Instance(SYSTEM_SETTINGS, values)

    def _change_whole(self, changes: Instance | None) -> None:
        if changes is not None:
            values = {name: value for name, value in changes.items() if name != "InstanceID"}
            change_whole(self._session, self._guid, values)
